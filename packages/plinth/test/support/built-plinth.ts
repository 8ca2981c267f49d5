// Plinth as it is published, for the services and commands that tests run as their own processes: a process that opens
// hundreds of sources needs twice as long to start.
import { createHash, randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Manifest } from '../../../../scripts/build/published-manifest.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const source = join(root, 'packages/plinth')
/** Inside the repository's packages, where a build finds its dependencies. */
const shelf = join(root, 'node_modules/.cache/built-plinth')
/** The milliseconds after which the build of other sources is deleted. */
const kept = 24 * 3_600_000

/** The built package. */
export interface BuiltPlinth {
  /** A folder `node_modules` with all packages of the repository, in which `plinth` is the built one. */
  readonly modules: string
  /** The entry point of the command. */
  readonly main: string
}

/** Builds the package, unless these sources were built before. */
export async function builtPlinth(): Promise<BuiltPlinth> {
  const folder = join(shelf, hashOfSources())
  if (!existsSync(folder)) await build(folder)
  const modules = join(folder, 'node_modules')
  return { modules, main: join(modules, 'plinth/dist/cli/main.js') }
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  const own = globSync('src/**/*.ts', { cwd: source, exclude: ['**/*.test.ts', '**/*.test-d.ts'] })
  const build = globSync('../../scripts/build/*.ts', { cwd: source })
  for (const file of [...own, ...build, 'package.json'].toSorted())
    hash.update(`${file}\0`).update(readFileSync(join(source, file)))
  return hash.digest('hex').slice(0, 16)
}

/** Several processes may do so at once: the first one to finish wins. */
async function build(folder: string): Promise<void> {
  const { bundle } = await import('../../../../scripts/build/build-package.ts')
  const draft = `${folder}.${randomUUID()}`
  const modules = join(draft, 'node_modules')
  const own = join(modules, 'plinth')
  mkdirSync(own, { recursive: true })
  await bundle(source, join(own, 'dist'))
  writeFileSync(join(own, 'package.json'), JSON.stringify(manifest()))
  for (const name of ['assets', 'src']) symlinkSync(join(source, name), join(own, name))
  link(join(root, 'node_modules'), modules)
  mkdirSync(join(modules, '.bin'))
  symlinkSync('../plinth/dist/cli/main.js', join(modules, '.bin/plinth'))
  link(join(root, 'node_modules/.bin'), join(modules, '.bin'))
  chmodSync(join(own, 'dist/cli/main.js'), 0o755)
  try {
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  prune()
}

/** Links the packages or commands of a folder in another one. */
function link(from: string, to: string): void {
  for (const name of readdirSync(from))
    if (!['plinth', '.bin', '.cache'].includes(name)) symlinkSync(join(from, name), join(to, name))
}

/** The published manifest, but with the types of the sources, which are not built. */
function manifest(): Manifest {
  const text = readFileSync(join(source, 'package.json'), 'utf8')
  const { exports = {}, bin = {}, ...rest } = JSON.parse(text) as Manifest
  const built = (path: string): string => path.replace('./src/', './dist/').replace(/\.ts$/, '.js')
  return {
    ...rest,
    exports: Object.fromEntries(
      Object.entries(exports).map(([name, path]) => [name, { types: path, default: built(path) }]),
    ) as unknown as Record<string, string>,
    bin: Object.fromEntries(Object.entries(bin).map(([name, path]) => [name, built(path)])),
  }
}

function prune(): void {
  for (const name of readdirSync(shelf)) {
    const folder = join(shelf, name)
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > kept) rmSync(folder, { recursive: true, force: true })
  }
}
