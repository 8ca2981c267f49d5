import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Node } from 'typescript/unstable/ast'
import {
  isClassDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
} from 'typescript/unstable/ast/is'
import { SymbolFlags, type Project, type Symbol } from 'typescript/unstable/async'
import { withProject } from '../../check/project.ts'
import type { Entry, EntryPoint } from './entry.ts'
import { readMembers } from './read-members.ts'
import { readSignatures } from './read-signatures.ts'

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
  const fileOf = (node: Node): string => relative(root, node.getSourceFile().fileName)
  const isOurs = (node: Node): boolean => /^packages(?!.*node_modules)/.test(fileOf(node))
  // a name of another package that is passed on
  if (!isOurs(first)) return undefined
  const { checker } = project
  const tags = await checker.getJsDocTagsOfSymbol(symbol)
  return {
    name: symbol.name,
    kind: kindOf(first, symbol),
    file: fileOf(first),
    signatures: await readSignatures(project, symbol, nodes),
    members: await readMembers(project, symbol, isOurs),
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
