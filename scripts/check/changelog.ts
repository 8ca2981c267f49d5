import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { changelogProblems, readChangelog, releasedVersions } from '../release/changelog.ts'
import { namedVersions, packageVersion } from '../release/version-places.ts'
import type { Check, Finding } from './finding.ts'

/** CHANGELOG.md has the form that RELEASING.md describes, and every file names the same version. */
export const changelogCheck: Check = {
  name: 'changelog',
  proves: 'CHANGELOG.md has the form of RELEASING.md, and every file names the same version',
  run: (root) => {
    const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
    const version = packageVersion(root)
    const [newest = version] = releasedVersions(readChangelog(text))
    return [
      ...changelogProblems(text).map((problem) => ({ file: 'CHANGELOG.md', ...problem })),
      ...namedVersions(root)
        .filter((named) => named.version !== newest)
        .map(({ file, line, version: other }): Finding => ({
          file,
          line,
          message: `has version ${other} instead of ${newest}, the newest one of CHANGELOG.md`,
        })),
    ]
  },
}
