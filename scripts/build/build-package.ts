import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { rolldown, type OutputOptions } from 'rolldown'
import type { Manifest } from './published-manifest.ts'

const require = createRequire(import.meta.url)

/**
 * An import in a declaration file, on a line that is not a comment:
 *
 * `from './a.ts'`, `import("../a.ts")`.
 */
const localImport = /^(?!\s*\*)(.*)$/gm
const specifier = /((?:from|import\()\s*)(['"])(\.{1,2}\/[^'"]+?)\.ts\2/g

/** Makes declarations import `.js` files, which every version of TypeScript resolves. */
export const namingJavaScript = (declaration: string): string =>
  declaration.replace(localImport, (line) => line.replace(specifier, '$1$2$3.js$2'))

/**
 * Builds `dist` from `src` by the package's tsconfig.build.json:
 *
 * ES modules and their types. If that emits only types, the JavaScript is bundled: finding and
 * opening hundreds of files takes a fifth of a service's start.
 */
export async function buildPackage(folder: string): Promise<void> {
  const dist = join(folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const project = join(folder, 'tsconfig.build.json')
  await compile(project, dist)
  const { compilerOptions } = JSON.parse(readFileSync(project, 'utf8')) as BuildProject
  if (compilerOptions.emitDeclarationOnly === true) await bundle(folder, dist)
}

/** The parts of a tsconfig.build.json that the build reads. */
interface BuildProject {
  readonly compilerOptions: { readonly emitDeclarationOnly?: boolean }
}

/** The error of a program that ended with another exit code than 0. */
interface Failed {
  readonly code?: number | null
  readonly signal?: string | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Compiles a project into a folder, and makes its declarations import JavaScript files.
 *
 * @param more - further options of the compiler
 */
export async function compile(
  project: string,
  dist: string,
  more: readonly string[] = [],
): Promise<void> {
  await promisify(execFile)(
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
      ...more,
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  ).catch((error: Failed) => {
    throw new Error(`tsc ended with ${error.code ?? error.signal}:\n${error.stdout}${error.stderr}`)
  })
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    const path = join(dist, file)
    writeFileSync(path, namingJavaScript(readFileSync(path, 'utf8')))
  }
}

/**
 * Writes the JavaScript of a package.
 *
 * Entries and lazily imported modules keep the paths of their sources, shared chunks go to
 * `dist/parts`, and dependencies stay external.
 */
export async function bundle(folder: string, dist: string): Promise<void> {
  const source = join(folder, 'src')
  const made = await rolldown({
    input: Object.fromEntries(
      entriesOf(folder).map((file) => [withoutEnding(file), join(source, file)]),
    ),
    external: /^[^./]/,
    platform: 'node',
    // An application could live with these warnings, a framework cannot: import cycles and missing
    // exports.
    onLog: (_level, { message }) => {
      throw new Error(message)
    },
  })
  await made.write({ ...layout(source), dir: dist })
  await made.close()
}

const withoutEnding = (file: string): string => file.replace(/\.ts$/, '')

/**
 * The entry points below `src`: modules, commands, and scripts that run as their own process.
 */
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
  // The declarations keep the comments.
  comments: { jsdoc: false },
  entryFileNames: '[name].js',
  // Files next to a module are found by the same relative path as in the sources.
  chunkFileNames: ({ name, facadeModuleId }) =>
    facadeModuleId ? `${withoutEnding(relative(source, facadeModuleId))}.js` : `parts/${name}.js`,
  codeSplitting: {
    groups: [
      // A browser that imports the client must not load any part of the server.
      { name: 'client', test: /\/src\/client\/(?:client|tanstack)\.ts$/, priority: 3 },
      // A frontend locks the directory of its own database, and has no drizzle-orm.
      { name: 'lock', test: /\/src\/database\/lock\.ts$/, priority: 2 },
      { name: 'server', test: /\/src\/index\.ts$/, priority: 1 },
    ],
  },
})
