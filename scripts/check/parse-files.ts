import { extname, join } from 'node:path'
import type { SourceFile } from 'typescript/unstable/ast'
import { withProject } from './project.ts'

const extensions = new Set(['.ts', '.tsx', '.mts', '.mjs'])

/**
 * Parses files and hands each one to `use`, with its path from the root.
 *
 * The project lists only these files and resolves no imports, so that nothing is type-checked: this takes less
 * than a second for the whole repository, and works for files that belong to different `tsconfig.json` files.
 */
export async function parseFiles<T>(
  root: string,
  files: readonly string[],
  use: (source: SourceFile, file: string) => T,
): Promise<T[]> {
  const code = files.filter((file) => extensions.has(extname(file)))
  if (code.length === 0) return []
  const config = join(root, 'tsconfig.parse-only.json')
  const settings = JSON.stringify({
    compilerOptions: {
      noResolve: true,
      noLib: true,
      types: [],
      allowJs: true,
      jsx: 'preserve',
      module: 'nodenext',
      allowImportingTsExtensions: true,
      noEmit: true,
    },
    files: code,
  })
  return withProject(
    config,
    ({ program }) =>
      Promise.all(
        code.map(async (file) => {
          const source = await program.getSourceFile(join(root, file))
          if (!source) throw new Error(`${file} cannot be parsed`)
          return use(source, file)
        }),
      ),
    { [config]: settings },
  )
}
