import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineAt } from '../check/finding.ts'

/** Files that name the version of the packages, and the pattern in front of it. */
interface Place {
  readonly files: readonly string[]
  readonly before: RegExp
}

const manifests = ['package.json', 'packages/{plinth,create-plinth}/package.json']
const users = ['apps/*/package.json', 'packages/create-plinth/template*/package.json']
const pages = ['README.md', 'docs/**/*.md', 'packages/*/README.md']

/** Every place that must have the version of the packages. */
const places: readonly Place[] = [
  { files: manifests, before: /^ {2}"version": "/ },
  { files: [...users, ...pages, 'package-lock.json'], before: /"plinth": "/ },
  { files: ['package-lock.json'], before: /^ {2}"name": "plinth-repository",\n {2}"version": "/ },
  {
    files: ['package-lock.json'],
    before: /^ {4}"(?:packages\/(?:create-)?plinth)?": \{\n(?: {6}"name": .+\n)? {6}"version": "/,
  },
  { files: ['packages/create-plinth/template/AGENTS.md'], before: /BEGIN:plinth |Plinth / },
  { files: pages, before: /on plinth |plinth-|Plinth is / },
]

/** A version that a file names. */
export interface NamedVersion {
  readonly file: string
  readonly line: number
  readonly version: string
}

const patternOf = ({ before }: Place): RegExp =>
  new RegExp(`(?<=${before.source})\\d+\\.\\d+\\.\\d+`, 'gm')

const filesOf = (root: string, { files }: Place): string[] =>
  globSync([...files], { cwd: root, exclude: ['**/node_modules/**'] }).toSorted()

/** Lists the versions of the packages that the repository's files name. */
export const namedVersions = (root: string): NamedVersion[] =>
  places.flatMap((place) =>
    filesOf(root, place).flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      return [...text.matchAll(patternOf(place))].map(({ 0: version, index }) => ({
        file,
        line: lineAt(text, index),
        version,
      }))
    }),
  )

/** Writes a version to each of these places. */
export function writeVersion(root: string, version: string): void {
  for (const place of places)
    for (const file of filesOf(root, place)) {
      const path = join(root, file)
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(patternOf(place), version))
    }
}

/** The version of the packages. */
export function packageVersion(root: string): string {
  const text = readFileSync(join(root, 'packages/plinth/package.json'), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return version
}
