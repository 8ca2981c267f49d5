import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { SignatureKind, SymbolFlags, type Project, type Symbol } from 'typescript/unstable/sync'
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

/**
 * Reads every name that the package's entry points export, without re-exports of other packages.
 */
export function readPublicNames(root: string): PublicName[] {
  return withProject(join(root, 'tsconfig.json'), (project) => {
    const names = doors(root).flatMap((door) => exportsOf(project, door))
    return [...new Set(names)].flatMap((symbol) => describe(project, symbol, root))
  })
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

function exportsOf({ program, checker }: Project, door: string): Symbol[] {
  const file = program.getSourceFile(door)
  if (!file) throw new Error(`${door} is in the exports of package.json but does not exist`)
  const module = checker.getSymbolAtLocation(file)
  const names = module ? checker.getExportsOfModule(module) : []
  return names.map((name) =>
    name.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name,
  )
}

function describe(project: Project, symbol: Symbol, root: string): PublicName[] {
  const declaration = symbol.declarations[0]?.resolve(project)
  if (!declaration) return []
  const { fileName, text } = declaration.getSourceFile()
  const file = relative(root, fileName)
  if (file.startsWith('..') || file.includes('node_modules')) return []
  return [
    {
      name: symbol.name,
      file,
      line: lineAt(text, declaration.getStart()),
      isCallable: isCallable(project, symbol),
      comment: project.checker.getDocumentationCommentOfSymbol(symbol),
      examples: project.checker
        .getJsDocTagsOfSymbol(symbol)
        .filter((tag) => tag.name === 'example')
        .map((tag) => tag.text ?? ''),
    },
  ]
}

function isCallable({ checker }: Project, symbol: Symbol): boolean {
  if (symbol.flags & (SymbolFlags.Function | SymbolFlags.Class)) return true
  if (!(symbol.flags & SymbolFlags.Variable)) return false
  const type = checker.getTypeOfSymbol(symbol)
  return type !== undefined && checker.getSignaturesOfType(type, SignatureKind.Call).length > 0
}
