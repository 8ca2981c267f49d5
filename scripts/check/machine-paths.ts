import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { scalarFiles } from '../copy-scalar.ts'
import { lineAt, type Check, type Finding } from './finding.ts'

/** Matches folders of one user: a path into them works on one machine only. */
export const personalFolder =
  /(?<![\w.:/-])(?:\/(?:home|Users|root|work|mnt)\/[\w.-]+|[A-Z]:\\Users\\\w+)/g

/**
 * The only registry that package-lock.json may name. Other people may not reach another host.
 */
const registry = 'https://registry.npmjs.org/'

/**
 * No file of the repository names a folder or a package registry that only its author can reach.
 */
export const machinePathsCheck: Check = {
  name: 'machine paths',
  proves: 'no file names a folder or a registry that only one machine can reach',
  run: (root) => repositoryFiles(root).flatMap((file) => checkFile(root, file)),
}

function checkFile(root: string, file: string): Finding[] {
  const text = readFileSync(join(root, file), 'utf8')
  const paths = [...text.matchAll(personalFolder)].map(({ 0: path, index }) => ({
    file,
    line: lineAt(text, index),
    message: `names a folder that exists on one machine: ${path}`,
  }))
  if (!file.endsWith('package-lock.json')) return paths
  const hosts = [...text.matchAll(/"resolved": "(https?:[^"]+)"/g)]
    .filter(([, url = '']) => !url.startsWith(registry))
    .map(({ index }) => ({
      file,
      line: lineAt(text, index),
      message: 'comes from another registry',
    }))
  return [...paths, ...hosts]
}

/** Lists the files that are in git or that `git add` would add; without git, all files. */
function repositoryFiles(root: string): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  // allows a checkout that belongs to another user: this only reads it
  const git = spawnSync('git', ['-c', 'safe.directory=*', ...list], { cwd: root, encoding: 'utf8' })
  const files =
    git.status === 0
      ? git.stdout.split('\0').filter(Boolean)
      : globSync('**/*', { cwd: root, exclude: ['**/{node_modules,.plinth,.git}/**'] })
  return files.filter(
    (file) =>
      !binary.test(file) && !pinned.has(file) && statSync(join(root, file), maybe)?.isFile(),
  )
}

const binary = /\.(png|jpg|ico|gz|tgz|wasm|woff2?)$/
/** Scalar's own files contain examples of paths. A test compares them with their SHA-256, so nothing is added to them. */
const pinned = new Set(
  Object.keys(scalarFiles).map((name) => `packages/plinth/assets/scalar/${name}`),
)
const maybe = { throwIfNoEntry: false }
