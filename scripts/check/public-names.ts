import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { SignatureKind, SymbolFlags, type Project, type Symbol } from 'typescript/unstable/async'
import { lineAt } from './finding.ts'
import { withProject } from './project.ts'

/** A name that users can import, with its docblock. */
export interface PublicName {
  readonly name: string
  /** The file that declares it, as a path from the root. */
  readonly file: string
  /** The line number, counted from 1. */
  readonly line: number
  /** True for functions and classes: their docblocks need an example of a call. */
  readonly isCallable: boolean
  /** The text of the docblock before its tags. */
  readonly comment: string
  /** The text of each `@example`. */
  readonly examples: readonly string[]
}

const known = new Map<string, Promise<readonly PublicName[]>>()

/**
 * Reads every name that the package's entry points export, without re-exports of other packages.
 *
 * Several checks need them, and the package is read once for all.
 */
export function readPublicNames(root: string): Promise<readonly PublicName[]> {
  const names = known.get(root) ?? readNames(root)
  known.set(root, names)
  return names
}

async function readNames(root: string): Promise<readonly PublicName[]> {
  const names = await withProject(join(root, 'tsconfig.json'), async (project) => {
    const exported = await Promise.all(doors(root).map((door) => exportsOf(project, door)))
    const symbols = [...new Set(exported.flat())]
    return Promise.all(symbols.map((symbol) => describe(project, symbol, root)))
  })
  return names.flat()
}

/** The files that `exports` in `packages/plinth/package.json` names. */
export function doors(root: string): string[] {
  const folder = join(root, 'packages/plinth')
  const manifest: { exports: Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  return Object.values(manifest.exports)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path))
}

async function exportsOf({ program, checker }: Project, door: string): Promise<Symbol[]> {
  const file = await program.getSourceFile(door)
  if (!file) throw new Error(`${door} is in the exports of package.json but does not exist`)
  const module = await checker.getSymbolAtLocation(file)
  const names = module ? await checker.getExportsOfModule(module) : []
  return Promise.all(
    names.map(async (name) =>
      name.flags & SymbolFlags.Alias ? await checker.getAliasedSymbol(name) : name,
    ),
  )
}

async function describe(project: Project, symbol: Symbol, root: string): Promise<PublicName[]> {
  const declaration = await symbol.declarations[0]?.resolve(project)
  if (!declaration) return []
  const { fileName, text } = declaration.getSourceFile()
  const file = relative(root, fileName)
  if (file.startsWith('..') || file.includes('node_modules')) return []
  return [
    {
      name: symbol.name,
      file,
      line: lineAt(text, declaration.getStart()),
      isCallable: await isCallable(project, symbol),
      comment: await project.checker.getDocumentationCommentOfSymbol(symbol),
      examples: (await project.checker.getJsDocTagsOfSymbol(symbol))
        .filter((tag) => tag.name === 'example')
        .map((tag) => tag.text ?? ''),
    },
  ]
}

async function isCallable({ checker }: Project, symbol: Symbol): Promise<boolean> {
  if (symbol.flags & (SymbolFlags.Function | SymbolFlags.Class)) return true
  if (!(symbol.flags & SymbolFlags.Variable)) return false
  const type = await checker.getTypeOfSymbol(symbol)
  if (type === undefined) return false
  return (await checker.getSignaturesOfType(type, SignatureKind.Call)).length > 0
}
