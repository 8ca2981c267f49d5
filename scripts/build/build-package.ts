import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { rolldown, type OutputOptions } from 'rolldown'
import type { Manifest } from './published-manifest.ts'

const require = createRequire(import.meta.url)

/** An import in a declaration, on a line that is no comment: `from './a.ts'`, `import("../a.ts")`. */
const localImport = /^(?!\s*\*)(.*)$/gm
const specifier = /((?:from|import\()\s*)(['"])(\.{1,2}\/[^'"]+?)\.ts\2/g

/** Declarations name the JavaScript that they describe, as every version of TypeScript resolves it. */
export const namingJavaScript = (declaration: string): string =>
  declaration.replace(localImport, (line) => line.replace(specifier, '$1$2$3.js$2'))

/**
 * Builds `dist` from `src` by the package's tsconfig.build.json: ES modules and their types. Where that asks for types
 * alone, the JavaScript is bundled: to find and open hundreds of files is a fifth of what a service needs to start.
 */
export async function buildPackage(folder: string): Promise<void> {
  const dist = join(folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const project = join(folder, 'tsconfig.build.json')
  compile(project, dist)
  const { compilerOptions } = JSON.parse(readFileSync(project, 'utf8')) as BuildProject
  if (compilerOptions.emitDeclarationOnly === true) await bundle(folder, dist)
}

/** A tsconfig.build.json, as far as it is read here. */
interface BuildProject {
  readonly compilerOptions: { readonly emitDeclarationOnly?: boolean }
}

/** Compiles a project into a folder, and makes its declarations name JavaScript files. */
export function compile(project: string, dist: string): void {
  const tsc = spawnSync(
    process.execPath,
    [
      join(require.resolve('typescript/package.json'), '../bin/tsc'),
      '--singleThreaded',
      '--pretty',
      'false',
      '--project',
      project,
      '--outDir',
      dist,
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

/**
 * Writes the JavaScript of a package: each entry, and what is imported later, where its source stands; what several
 * share in `dist/parts`. Dependencies are left to be imported.
 */
export async function bundle(folder: string, dist: string): Promise<void> {
  const source = join(folder, 'src')
  const made = await rolldown({
    input: Object.fromEntries(
      entriesOf(folder).map((file) => [withoutEnding(file), join(source, file)]),
    ),
    external: /^[^./]/,
    platform: 'node',
    // What would be no warning of a bundle is one of a framework: an import that goes in a circle, a name that is not there.
    onLog: (_level, { message }) => {
      throw new Error(message)
    },
  })
  await made.write({ ...layout(source), dir: dist })
  await made.close()
}

const withoutEnding = (file: string): string => file.replace(/\.ts$/, '')

/** What is imported, called, or started as a process of its own, below `src`. */
function entriesOf(folder: string): readonly string[] {
  const { exports, bin } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Manifest
  const named = [...Object.values(exports ?? {}), ...Object.values(bin ?? {})]
  const children = ['cli/dev/dev-child.ts', 'cli/dev/dev-drift.ts'].filter((file) =>
    existsSync(join(folder, 'src', file)),
  )
  return [...named.map((path) => path.replace('./src/', '')), ...children]
}

const layout = (source: string): OutputOptions => ({
  format: 'esm',
  // The types have them.
  comments: { jsdoc: false },
  entryFileNames: '[name].js',
  // A file finds what lies beside it, as its source does.
  chunkFileNames: ({ name, facadeModuleId }) =>
    facadeModuleId ? `${withoutEnding(relative(source, facadeModuleId))}.js` : `parts/${name}.js`,
  codeSplitting: {
    groups: [
      // A browser imports the client, and no part of the server with it.
      { name: 'client', test: /\/src\/client\/(?:client|tanstack)\.ts$/, priority: 2 },
      { name: 'server', test: /\/src\/index\.ts$/, priority: 1 },
    ],
  },
})
