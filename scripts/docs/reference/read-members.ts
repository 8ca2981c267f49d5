import type { Node } from 'typescript/unstable/ast'
import {
  isGetAccessorDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
} from 'typescript/unstable/ast/is'
import { SymbolFlags, type Project, type Symbol } from 'typescript/unstable/async'
import type { Member } from './entry.ts'
import { dedent, onOneLine, textOf, withoutComments } from './source-text.ts'

/**
 * Reads the members of an interface, an object type or a class, those of its bases included.
 *
 * Of a union of options, it reads the members of all its forms.
 * Members that another package declares are not among them, nor are private and protected ones.
 */
export async function readMembers(
  project: Project,
  symbol: Symbol,
  isOurs: (node: Node) => boolean,
): Promise<Member[]> {
  const { checker } = project
  const isObject =
    symbol.flags & (SymbolFlags.Interface | SymbolFlags.Class | SymbolFlags.TypeAlias)
  if (!isObject) return []
  const type = await checker.getDeclaredTypeOfSymbol(symbol)
  const forms =
    type.isUnionType() && symbol.name.endsWith('Options') ? await type.getTypes() : [type]
  const all = await Promise.all(forms.map((form) => checker.getPropertiesOfType(form)))
  const properties = new Map(
    all
      .flat()
      .toReversed()
      .map((property) => [property.name, property]),
  )
  const isInAll = (name: string): boolean =>
    all.every((form) => form.some((property) => property.name === name))
  const found = await Promise.all(
    [...properties.values()].toReversed().map(async (property): Promise<Member[]> => {
      const node = await property.declarations[0]?.resolve(project)
      if (node === undefined || !isOurs(node)) return []
      const comment = await checker.getDocumentationCommentOfSymbol(property)
      const members = memberOf(node, property.name, comment)
      if (isInAll(property.name)) return members
      return members.map((member) => ({ ...member, isAlternative: true }))
    }),
  )
  return found.flat()
}

function memberOf(node: Node, name: string, comment: string): Member[] {
  const type = typeOf(node)
  const text = withoutComments(textOf(node)).replace(/^(?:(?:readonly|override|async) )+/, '')
  // a name of a symbol is private: users cannot write it
  if (type === undefined || !/^['"\w$]/.test(text) || /^(?:private|protected|declare) /.test(text))
    return []
  if (/^__@|^#/.test(name)) return []
  const isOptional = /^['"\w$-]+\?/.test(text)
  return [{ name, type: onOneLine(type), longType: dedent(type), isOptional, comment }]
}

function typeOf(node: Node): string | undefined {
  if (isPropertySignatureDeclaration(node) || isPropertyDeclaration(node)) {
    const type = node.type as Node | undefined
    return type === undefined ? '' : withoutComments(textOf(type))
  }
  const isMethod =
    isMethodSignatureDeclaration(node) ||
    isMethodDeclaration(node) ||
    isGetAccessorDeclaration(node)
  if (!isMethod) return undefined
  const body = 'body' in node ? (node.body as Node | undefined) : undefined
  const call = withoutComments(textOf(node, body?.getStart() ?? node.end)).replace(/^[^(<]*/, '')
  return isGetAccessorDeclaration(node) ? call.replace(/^\(\)\s*:\s*/, '') : call
}
