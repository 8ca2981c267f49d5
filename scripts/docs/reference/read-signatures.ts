import type { Node } from 'typescript/unstable/ast'
import {
  isClassDeclaration,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is'
import type { Project, Symbol } from 'typescript/unstable/async'
import { dedent, onOneLine, textOf, withoutComments } from './source-text.ts'

/** The longest inferred type that a signature shows. */
const longestType = 400

/** The declarations of a name without their bodies. Of an overloaded function: the overloads, and not the implementation. */
export async function readSignatures(
  project: Project,
  symbol: Symbol,
  nodes: readonly Node[],
): Promise<string[]> {
  const functions = nodes.filter((node) => isFunctionDeclaration(node))
  const overloads = functions.filter((node) => node.body === undefined)
  const shown = overloads.length > 0 ? overloads : nodes.slice(0, 1)
  const first = shown[0]
  if (first !== undefined && isVariableDeclaration(first))
    return [await valueSignature(project, symbol, first)]
  return shown.flatMap(signaturesOf)
}

async function valueSignature(
  { checker }: Project,
  symbol: Symbol,
  node: Node & { readonly type?: Node | undefined },
): Promise<string> {
  if (node.type !== undefined) return `const ${withoutComments(textOf(node, node.type.end))}`
  const type = await checker.getTypeOfSymbol(symbol)
  const text = type === undefined ? '' : onOneLine(await checker.typeToString(type, node))
  const isShown = text !== '' && text.length <= longestType && !text.includes('...')
  return isShown ? `const ${symbol.name}: ${text}` : `const ${symbol.name}`
}

function signaturesOf(node: Node): string[] {
  if (isInterfaceDeclaration(node)) return [headOf(node)]
  if (isClassDeclaration(node)) {
    const constructors = [...node.members].filter((member) => isConstructorDeclaration(member))
    const made = constructors.map(
      (member) =>
        `new ${node.name?.text ?? ''}${withoutBody(member).replace(/^constructor\s*/, '')}`,
    )
    return [headOf(node), ...made]
  }
  return [withoutBody(node)]
}

/** The declaration before its first brace. */
const headOf = (node: Node): string =>
  (withoutComments(textOf(node)).split('{')[0] ?? '').replace(/^export /, '').trim()

function withoutBody(node: Node): string {
  const isCallable = isFunctionDeclaration(node) || isConstructorDeclaration(node)
  const body = isCallable ? (node.body as Node | undefined) : undefined
  return dedent(withoutComments(textOf(node, body?.getStart() ?? node.end))).replace(/^export /, '')
}
