// `npm run release`: makes a version, and publishes nothing. RELEASING.md describes it.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { releaseBranch, tagOf } from './release/assert-releasable.ts'
import { Refused } from './release/refused.ts'
import { release } from './release/release.ts'

const usage = `npm run release -- [patch | minor | major | <version>] [--dry-run] [--skip-tests]

Checks, packs and tries the next version in a clone, then commits and tags it. Publishes nothing.
Without a version, it is the smallest one that the unreleased entries of CHANGELOG.md allow.

  --dry-run      commits and tags nothing, and keeps no file
  --skip-tests   leaves npm test out: CI has just run it on this commit
`

const next = (version: string): string => `
${version} is committed, and tagged ${tagOf(version)}. Nothing is published yet:

  git push --atomic origin ${releaseBranch} ${tagOf(version)}
  npm publish dist/plinth-${version}.tgz
  npm publish dist/create-plinth-${version}.tgz

To undo it before that: git tag --delete ${tagOf(version)} && git reset --keep HEAD~1`

// Ctrl-C ends the running step too, and then the clone is removed
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      'skip-tests': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (positionals.length > 1) throw new Refused(`Expected one version.\n\n${usage}`)
  console.log(values.help ? usage : make(positionals[0], values['dry-run'], values['skip-tests']))
} catch (error) {
  const isUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  if (!(error instanceof Refused) && !isUsage) throw error
  console.error(`${(error as Error).message}${isUsage ? `\n\n${usage}` : ''}`)
  process.exitCode = 1
}

/** Makes the release, and returns the next commands. */
function make(asked: string | undefined, dryRun: boolean, skipTests: boolean): string {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  const { version } = release(root, { asked, dryRun, skipTests })
  return dryRun ? `\n${version} can be released. Nothing was kept.` : next(version)
}
