import { spawnSync } from 'node:child_process'
import type { PackageName, Packed } from '../build/pack.ts'
import { personalFolder } from '../check/machine-paths.ts'

/** The files and folders that a published package may have, and upper bounds of its size. */
interface Contents {
  /** The names at its top level, in alphabetical order. */
  readonly topLevel: readonly string[]
  /** Most bytes of the tarball. */
  readonly size: number
  /** Most bytes of its files. */
  readonly unpackedSize: number
}

const common = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json']
const templates = ['template', 'template-auth', 'template-web']

/** The contents of each package. Two thirds of plinth are Swagger UI and Scalar, so `/docs` works offline. */
export const packageContents: Readonly<Record<PackageName, Contents>> = {
  plinth: {
    topLevel: [...common, 'AGENTS.md', 'assets', 'docs', 'llms.txt', 'skills'].toSorted(),
    size: 3_200_000,
    unpackedSize: 11_500_000,
  },
  'create-plinth': {
    topLevel: [...common, ...templates].toSorted(),
    size: 60_000,
    unpackedSize: 250_000,
  },
}

/** Matches files that no package needs. A template is a project, so it has sources and tests. */
const unneeded =
  /\.test[.-]|fixture|\.tsbuildinfo$|\.map$|(?<!\.d)\.ts$|(^|\/)(\.env|node_modules|\.plinth)(\/|$)/
const neverInTemplate = /(^|\/)(\.env|node_modules|\.plinth|\.next)(\/|$)/

/** Lists what a tarball has and should not have, or lacks. An empty list is good. */
export function contentProblems(name: PackageName, packed: Packed): string[] {
  const { topLevel, ...bounds } = packageContents[name]
  const found = [...new Set(packed.files.map((file) => file.split('/')[0]!))]
  const isOfTemplate = (file: string): boolean => templates.includes(file.split('/')[0]!)
  return [
    ...found.filter((top) => !topLevel.includes(top)).map((top) => `unexpected: ${top}`),
    ...topLevel.filter((top) => !found.includes(top)).map((top) => `missing: ${top}`),
    ...packed.files
      .filter((file) => (isOfTemplate(file) ? neverInTemplate : unneeded).test(file))
      .map((file) => `not needed: ${file}`),
    ...(['size', 'unpackedSize'] as const)
      .filter((key) => packed[key] > bounds[key])
      .map((key) => `${key} is ${packed[key]} bytes, and at most ${bounds[key]} are allowed`),
    ...machinePaths(packed.file),
  ]
}

/** Folders of one machine in the text of a tarball. The files of Scalar have examples of paths. */
function machinePaths(tarball: string): string[] {
  const { stdout, status } = spawnSync(
    'tar',
    ['--exclude=package/assets/scalar', '-xzOf', tarball],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (status !== 0) throw new Error(`tar cannot read ${tarball}`)
  return [...new Set(stdout.match(personalFolder))].map((path) => `names a folder: ${path}`)
}
