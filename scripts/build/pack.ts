import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The published packages. */
export const packages = ['plinth', 'create-plinth'] as const

/** The name of a published package. */
export type PackageName = (typeof packages)[number]

/** The description of a tarball by `npm pack --json`. */
export interface Packed {
  /** Absolute path. */
  readonly file: string
  readonly version: string
  /** The size of the tarball in bytes. */
  readonly size: number
  /** The size of its files in bytes. */
  readonly unpackedSize: number
  /** The paths of the files within the package. */
  readonly files: readonly string[]
}

interface NpmPacked {
  readonly filename: string
  readonly version: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

const needed = [
  'package.json',
  'tsconfig.json',
  'CHANGELOG.md',
  'scripts/build',
  'scripts/docs/navigation.ts',
  'docs',
  'packages/create-plinth/template/AGENTS.md',
]

const isOfTheSource = (path: string): boolean =>
  !path.split(sep).some((name) => name === 'node_modules' || name === 'dist' || name === '.plinth')

/**
 * Runs `npm pack` on a copy of the package.
 *
 * During a pack, `package.json` is the published one: a checkout in use must not see that.
 *
 * @param into - the folder for the tarball
 */
export function pack(name: PackageName, into: string): Packed {
  const copy = mkdtempSync(join(tmpdir(), 'plinth-pack-'))
  try {
    const folder = join(copy, 'packages', name)
    for (const path of needed) cpSync(join(root, path), join(copy, path), { recursive: true })
    cpSync(join(root, 'packages', name), folder, { recursive: true, filter: isOfTheSource })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    // npm runs in the copy, where a relative path would be another folder
    const target = resolve(into)
    mkdirSync(target, { recursive: true })
    return npmPack(folder, target)
  } finally {
    rmSync(copy, { recursive: true })
  }
}

/** Describes tarballs that are there, in the order of {@link packages}. */
export function packedIn(folder: string): Packed[] {
  const files = globSync('*.tgz', { cwd: folder })
  return packages.map((name) => {
    const [file, other] = files.filter((each) => new RegExp(`^${name}-\\d`).test(each))
    if (file === undefined || other !== undefined)
      throw new Error(`${folder} must have one tarball of ${name}`)
    return {
      ...npmPack(folder, folder, [join(folder, file), '--dry-run']),
      file: join(folder, file),
    }
  })
}

function npmPack(folder: string, into: string, more: readonly string[] = []): Packed {
  const args = ['pack', '--json', '--loglevel=error', '--pack-destination', into, ...more]
  const npm = spawnSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (npm.status !== 0) throw new Error(`npm pack ended with ${npm.status}:\n${npm.stderr}`)
  // npm 12 prints an object by name, npm 11 a list
  const said = Object.values(JSON.parse(npm.stdout) as Record<string, NpmPacked>)
  const [{ filename, files, ...rest }] = said as [NpmPacked]
  return { ...rest, file: join(into, filename), files: files.map(({ path }) => path) }
}

if (import.meta.main) {
  const into = process.argv[2] ?? join(root, 'dist')
  for (const name of packages) {
    const { file, size, files } = pack(name, into)
    console.log(`${file}: ${files.length} files, ${Math.round(size / 1024)} kB`)
  }
}
