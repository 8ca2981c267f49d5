import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Check, Finding } from './finding.ts'

/** The newest heading of CHANGELOG.md is the version of the package.json files. */
export const changelogCheck: Check = {
  name: 'changelog',
  proves: 'the newest version in CHANGELOG.md is the version of the packages',
  run: (root) => {
    const newest = /^## \[?(\d[^\s\]]*)/m.exec(
      readFileSync(join(root, 'CHANGELOG.md'), 'utf8'),
    )?.[1]
    return ['package.json', 'packages/plinth/package.json'].flatMap((file): Finding[] => {
      const { version }: { version: string } = JSON.parse(readFileSync(join(root, file), 'utf8'))
      if (version === newest) return []
      return [{ file, message: `has version ${version}, and CHANGELOG.md begins with ${newest}` }]
    })
  },
}
