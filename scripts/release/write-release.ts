import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unreleasedHeading } from './changelog.ts'
import { writeVersion } from './version-places.ts'

/** A version and its day, `2026-12-01`. */
export interface Release {
  readonly version: string
  readonly date: string
}

/** Moves the unreleased entries below the heading of the version. */
export const releaseChangelog = (text: string, { version, date }: Release): string =>
  text.replace(
    new RegExp(`^## ${unreleasedHeading}$`, 'm'),
    `## ${unreleasedHeading}\n\n## ${version} (${date})`,
  )

/** Writes the version into the changelog and into every file that names it. */
export function writeRelease(root: string, release: Release): void {
  const changelog = join(root, 'CHANGELOG.md')
  writeFileSync(changelog, releaseChangelog(readFileSync(changelog, 'utf8'), release))
  writeVersion(root, release.version)
}
