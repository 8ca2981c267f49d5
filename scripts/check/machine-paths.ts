import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineAt, type Check, type Finding } from './finding.ts'

/** Folders that are somebody's own: a path into them works on one machine only. */
const somebodysOwn = /(?<![\w.:/-])(?:\/(?:home|Users|root|work|mnt)\/[\w.-]+|[A-Z]:\\Users\\\w+)/g

/** Where npm's lock file may say that packages come from; another host is out of reach for others. */
const registry = 'https://registry.npmjs.org/'

/** No file of the repository names a folder, or a package registry, that only its writer has. */
export const machinePathsCheck: Check = {
  name: 'machine paths',
  proves: 'no file names a folder or a registry that only one machine has',
  run: (root) => trackedFiles(root).flatMap((file) => checkFile(root, file)),
}

function checkFile(root: string, file: string): Finding[] {
  const text = readFileSync(join(root, file), 'utf8')
  const paths = [...text.matchAll(somebodysOwn)].map(({ 0: path, index }) => ({
    file,
    line: lineAt(text, index),
    message: `names a folder of one machine: ${path}`,
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

function trackedFiles(root: string): string[] {
  const git = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (git.status !== 0) throw new Error(`git ls-files failed: ${git.error?.message ?? git.stderr}`)
  const binary = /\.(png|jpg|ico|gz|tgz|wasm|woff2?)$/
  return git.stdout.split('\0').filter((file) => file && !binary.test(file))
}
