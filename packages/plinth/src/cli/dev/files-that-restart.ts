import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Lock files, and the files that package managers write last. */
const locks = [
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'node_modules/.package-lock.json',
  'node_modules/.modules.yaml',
  'node_modules/.yarn-state.yml',
]

/** The files whose change needs a new process: .env, package.json, and lock files, which may be in a folder above. */
export function filesThatRestart(root: string): readonly string[] {
  const own = [join(root, '.env'), join(root, 'package.json')]
  for (let folder = root; ; folder = dirname(folder)) {
    const found = locks.map((name) => join(folder, name)).filter((file) => existsSync(file))
    if (found.length > 0 || dirname(folder) === folder) return [...own, ...found]
  }
}
