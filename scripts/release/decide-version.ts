import { isBreaking, type Entry } from './changelog.ts'
import { Refused } from './refused.ts'
import {
  compareVersions,
  increase,
  isBeforeOne,
  isVersion,
  type Level,
} from './semantic-version.ts'

/** The state before a release, and the wish of the maintainer. */
export interface Wish {
  /** The newest released version. Before the first release, `0.0.0`. */
  readonly released: string
  /** The entries of the unreleased part. */
  readonly entries: readonly Entry[]
  /** `patch`, `minor`, `major`, or a version. Default: the smallest version that the entries allow. */
  readonly asked?: string | undefined
}

const levels: readonly Level[] = ['patch', 'minor', 'major']

/** The smallest part of the version that the entries must raise. */
export function requiredLevel(released: string, entries: readonly Entry[]): Level {
  const breaks = entries.some(isBreaking)
  if (isBeforeOne(released)) return breaks ? 'minor' : 'patch'
  if (breaks) return 'major'
  return entries.some(({ section }) => section !== 'Fixed') ? 'minor' : 'patch'
}

/**
 * Decides the next version by semantic versioning.
 *
 * @throws {Refused} there is nothing to release, or the wish does not fit the entries
 */
export function decideVersion({ released, entries, asked }: Wish): string {
  if (entries.length === 0)
    throw new Refused('CHANGELOG.md has no unreleased entries: there is nothing to release.')
  const required = requiredLevel(released, entries)
  const least = increase(released, required)
  const version = asked === undefined ? least : resolve(released, asked)
  if (compareVersions(version, least) >= 0) return version
  const cause = entries.find(isBreaking) ?? entries.find(({ section }) => section !== 'Fixed')
  throw new Refused(
    `${version} is too low for the unreleased entries, which need ${least} (${required}). ` +
      `CHANGELOG.md:${cause!.line} ${cause!.section}: ${titleOf(cause!)}`,
  )
}

/** The version that the wish names. */
function resolve(released: string, asked: string): string {
  const level = levels.find((known) => known === asked)
  if (level !== undefined) return increase(released, level)
  const possible = levels.map((each) => increase(released, each))
  if (isVersion(asked) && possible.includes(asked)) return asked
  throw new Refused(
    `'${asked}' cannot follow ${released}. Expected one of: ${[...levels, ...possible].join(', ')}`,
  )
}

/** The bold beginning of an entry, or its first words. */
const titleOf = ({ text }: Entry): string => /^\*\*(.+?)\*\*/.exec(text)?.[1] ?? text.slice(0, 60)
