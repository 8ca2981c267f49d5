import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

/** An import in a declaration, on a line that is no comment: `from './a.ts'`, `import("../a.ts")`. */
const localImport = /^(?!\s*\*)(.*)$/gm
const specifier = /((?:from|import\()\s*)(['"])(\.{1,2}\/[^'"]+?)\.ts\2/g

/** Declarations name the JavaScript that they describe, as every version of TypeScript resolves it. */
export const namingJavaScript = (declaration: string): string =>
  declaration.replace(localImport, (line) => line.replace(specifier, '$1$2$3.js$2'))

/** Builds `dist` from `src` by the package's tsconfig.build.json: ES modules and their types. */
export function buildPackage(folder: string): void {
  const dist = join(folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const tsc = spawnSync(
    process.execPath,
    [
      join(require.resolve('typescript/package.json'), '../bin/tsc'),
      '--singleThreaded',
      '--pretty',
      'false',
      '--project',
      join(folder, 'tsconfig.build.json'),
    ],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (tsc.status !== 0)
    throw new Error(`tsc ended with ${tsc.status ?? tsc.signal}:\n${tsc.stdout}${tsc.stderr}`)
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    const path = join(dist, file)
    writeFileSync(path, namingJavaScript(readFileSync(path, 'utf8')))
  }
}
