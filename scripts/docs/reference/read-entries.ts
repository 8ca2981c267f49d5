import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Node } from 'typescript/unstable/ast'
import {
  isClassDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is'
import { SymbolFlags, type Project, type Symbol } from 'typescript/unstable/async'
import { withProject } from '../../check/project.ts'
import type { Entry, EntryPoint, Member } from './entry.ts'

/** Reads all public names of the package, by the entry point that exports them. */
export function readEntryPoints(root: string): Promise<EntryPoint[]> {
  const folder = join(root, 'packages/plinth')
  const manifest: { name: string; exports: Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const doors = Object.entries(manifest.exports).filter(([, path]) => path.endsWith('.ts'))
  return withProject(join(root, 'tsconfig.json'), async (project) => {
    const all: EntryPoint[] = []
    for (const [door, path] of doors) {
      const symbols = await exportsOf(project, join(folder, path))
      const entries = await Promise.all(symbols.map((symbol) => entryOf(project, symbol, root)))
      const known = entries.filter((entry) => entry !== undefined)
      all.push({
        specifier: join(manifest.name, door),
        entries: known.toSorted((a, b) => a.name.localeCompare(b.name)),
      })
    }
    return all
  })
}

async function exportsOf({ program, checker }: Project, door: string): Promise<Symbol[]> {
  const file = await program.getSourceFile(door)
  const module = file && (await checker.getSymbolAtLocation(file))
  if (!module) throw new Error(`${door} cannot be read`)
  const names = await checker.getExportsOfModule(module)
  return Promise.all(
    names.map(async (name) =>
      name.flags & SymbolFlags.Alias ? await checker.getAliasedSymbol(name) : name,
    ),
  )
}

async function entryOf(project: Project, symbol: Symbol, root: string): Promise<Entry | undefined> {
  const resolved = await Promise.all(symbol.declarations.map((handle) => handle.resolve(project)))
  const nodes = resolved.filter((node) => node !== undefined)
  const [first] = nodes
  if (first === undefined) return undefined
  const file = relative(root, first.getSourceFile().fileName)
  // a name of another package that is passed on
  if (file.startsWith('..') || file.includes('node_modules')) return undefined
  const { checker } = project
  const tags = await checker.getJsDocTagsOfSymbol(symbol)
  return {
    name: symbol.name,
    kind: kindOf(first, symbol),
    file,
    signatures: signaturesOf(nodes),
    members: await membersOf(project, first),
    comment: await checker.getDocumentationCommentOfSymbol(symbol),
    tags: tags.map(({ name, text }) => ({ name, text: text ?? '' })),
  }
}

function kindOf(node: Node, symbol: Symbol): Entry['kind'] {
  if (isFunctionDeclaration(node)) return 'function'
  if (isClassDeclaration(node)) return 'class'
  if (isInterfaceDeclaration(node)) return 'interface'
  return symbol.flags & SymbolFlags.TypeAlias ? 'type' : 'value'
}

const textOf = (node: Node, end = node.end): string =>
  node.getSourceFile().text.slice(node.getStart(), end)

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*\*[\s\S]*?\*\/\s*/g, '').replaceAll(/^\s*\/\/.*\n/gm, '')

/** The declarations without their bodies. Of an overloaded function: the overloads, and not the implementation. */
function signaturesOf(nodes: readonly Node[]): string[] {
  const functions = nodes.filter((node) => isFunctionDeclaration(node))
  const overloads = functions.filter((node) => node.body === undefined)
  const shown = overloads.length > 0 ? overloads : nodes.slice(0, 1)
  return shown.map(signatureOf)
}

function signatureOf(node: Node): string {
  if (isVariableDeclaration(node)) {
    const end =
      (node.type as Node | undefined)?.end ?? (node.initializer as Node | undefined)?.getStart()
    return `const ${textOf(node, end).replace(/\s*=\s*$/, '')}`
  }
  if (isClassDeclaration(node) || isInterfaceDeclaration(node)) {
    const [head = ''] = withoutComments(textOf(node)).split('{')
    return head.replace(/^export /, '').trim()
  }
  const body = isFunctionDeclaration(node) ? (node.body as Node | undefined) : undefined
  return withoutComments(textOf(node, body?.getStart() ?? node.end))
    .replace(/^export /, '')
    .trim()
}

/** The members of an interface, and the public ones of a class. */
async function membersOf({ checker }: Project, node: Node): Promise<Member[]> {
  if (!isInterfaceDeclaration(node) && !isClassDeclaration(node)) return []
  const found = await Promise.all(
    [...node.members].map(async (member): Promise<Member | undefined> => {
      const isProperty = isPropertySignatureDeclaration(member) || isPropertyDeclaration(member)
      if (!isProperty && !isMethodSignatureDeclaration(member) && !isMethodDeclaration(member))
        return undefined
      const text = withoutComments(textOf(member)).replace(/^(?:readonly|override) /, '')
      // `#x` and `private x` are of no use to a reader
      if (/^(?:#|private |static )/.test(text)) return undefined
      const symbol = await checker.getSymbolAtLocation(member.name as Node)
      if (symbol === undefined) return undefined
      return {
        name: symbol.name,
        type: isProperty ? typeTextOf(member.type) : callOf(text),
        isOptional: /^[\w$]+\?/.test(text),
        comment: await checker.getDocumentationCommentOfSymbol(symbol),
      }
    }),
  )
  return found.filter((member) => member !== undefined)
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

const typeTextOf = (type: Node | undefined): string =>
  type === undefined ? '' : onOneLine(withoutComments(textOf(type)))

/** The parameters and the result of a method, without its body. */
const callOf = (text: string): string =>
  onOneLine(text.replace(/^[^(<]*/, '').replace(/\{[\s\S]*$/, ''))
