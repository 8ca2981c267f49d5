import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outsideEnvironment } from '../packages/outside.ts'
import { assertReleasable, releaseBranch, tagOf } from './assert-releasable.ts'
import { readChangelog, releasedVersions } from './changelog.ts'
import { decideVersion } from './decide-version.ts'
import { gitIn } from './git.ts'
import { Refused } from './refused.ts'
import { writeRelease, type Release } from './write-release.ts'

/** Options of a release. */
export interface ReleaseOptions {
  /** `patch`, `minor`, `major`, or a version. Default: the smallest one that the changelog allows. */
  readonly asked?: string | undefined
  /** If true, nothing is committed, tagged or kept. Default: false. */
  readonly dryRun?: boolean
  /** If true, `npm test` is left out, because CI has just run it. Default: false. */
  readonly skipTests?: boolean
  /** The day of the release, `2026-12-01`. Default: today, in UTC. */
  readonly date?: string
}

/** A step that must succeed in the clone, by its arguments for Node. */
interface Step {
  readonly what: string
  readonly args: readonly string[]
  readonly isTest?: boolean
}

/** The folder of the tarballs, which git ignores. */
const tarballs = 'dist'

const steps: readonly Step[] = [
  { what: 'checks', args: ['scripts/run.mjs', 'check'] },
  { what: 'tests', args: ['scripts/run.mjs', 'test'], isTest: true },
  { what: 'packages', args: ['scripts/build/pack.ts', tarballs] },
  { what: 'trial of the packages', args: ['scripts/test-packages.ts', tarballs] },
]

/**
 * Checks, packs and tries the next version in a clone, then commits and tags it here.
 *
 * The checkout stays as it is until every step has succeeded. Nothing is pushed or published.
 *
 * @throws {Refused} the repository is not ready, or a step failed; nothing has changed then
 */
export function release(root: string, options: ReleaseOptions = {}): Release {
  const git = gitIn(root)
  const next = nextRelease(root, options)
  assertReleasable(git, next.version)
  const head = git('rev-parse', 'HEAD')
  const clone = mkdtempSync(join(tmpdir(), 'plinth-release-'))
  const remove = (): void => rmSync(clone, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    git('clone', '--quiet', '--branch', releaseBranch, root, clone)
    writeRelease(clone, next)
    for (const step of steps) if (!(step.isTest && options.skipTests)) runStep(clone, step)
    if (options.dryRun) return next
    assertReleasable(git, next.version)
    if (git('rev-parse', 'HEAD') !== head)
      throw new Refused('There are new commits since the release began. Start again.')
    commit(root, next)
    mkdirSync(join(root, tarballs), { recursive: true })
    cpSync(join(clone, tarballs), join(root, tarballs), { recursive: true })
    return next
  } finally {
    process.off('exit', remove)
    remove()
  }
}

function nextRelease(root: string, { asked, date }: ReleaseOptions): Release {
  const parts = readChangelog(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))
  const [released = '0.0.0'] = releasedVersions(parts)
  const version = decideVersion({ released, entries: parts[0]?.entries ?? [], asked })
  return { version, date: date ?? new Date().toISOString().slice(0, 10) }
}

function runStep(cwd: string, { what, args }: Step): void {
  console.log(`\n${what}: node ${args.join(' ')}`)
  const env = outsideEnvironment()
  const { status, signal, error } = spawnSync(process.execPath, args, {
    cwd,
    env,
    stdio: 'inherit',
  })
  if (status === 0) return
  const end = error?.message ?? signal ?? `exit code ${status}`
  throw new Refused(`The ${what} failed (${end}). Nothing was committed.`)
}

/** Commits and tags. If a hook refuses it, the checkout is as it was. */
function commit(root: string, next: Release): void {
  const git = gitIn(root)
  const head = git('rev-parse', 'HEAD')
  try {
    writeRelease(root, next)
    git('commit', '--quiet', '--all', '--message', `release: ${next.version}`)
    git('tag', '--annotate', tagOf(next.version), '--message', `Plinth ${next.version}`)
  } catch (error) {
    // the checkout had no changes, so this loses none
    git('reset', '--quiet', '--hard', head)
    throw new Refused(`${(error as Error).message}\nNothing was committed.`)
  }
}
