import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const repository = join(import.meta.dirname, '../..')

/** A temporary folder that looks like the repository to a check, deleted at the end of the test. */
export interface Planted extends Disposable {
  readonly root: string
}

/** Writes files (path from the root to text) into a new folder with the repository's tools and compiler options. */
export function plant(files: Readonly<Record<string, string>>): Planted {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'plinth-planted-')))
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  const parent = JSON.stringify(join(repository, 'tsconfig.json'))
  const common = {
    'package.json': '{\n  "type": "module"\n}\n',
    'tsconfig.json': `{\n  "extends": ${parent},\n  "include": ["packages", "docs"]\n}\n`,
  }
  for (const [path, text] of Object.entries({ ...common, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
}
