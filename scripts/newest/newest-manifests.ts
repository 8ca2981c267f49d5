import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The dependencies of one kind, by name. */
type Versions = Readonly<Record<string, string>>

interface Manifest {
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly peerDependencies?: Versions
  readonly [key: string]: unknown
}

const read = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest

/** The ranges that a published package declares, for dependencies and peers alike. */
export function publishedRanges({ dependencies, peerDependencies }: Manifest): Versions {
  return { ...dependencies, ...peerDependencies }
}

/** Replaces the exact versions of a manifest by the ranges, for every package that has a range. */
export function withRanges(manifest: Manifest, ranges: Versions): Manifest {
  const widen = (versions: Versions): Versions =>
    Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [name, ranges[name] ?? version]),
    )
  const { dependencies, devDependencies } = manifest
  return {
    ...manifest,
    ...(dependencies && { dependencies: widen(dependencies) }),
    ...(devDependencies && { devDependencies: widen(devDependencies) }),
  }
}

/**
 * Widens the versions in every package.json of a checkout to the ranges of the published packages.
 *
 * npm can then install the newest versions that these ranges allow.
 *
 * @returns the ranges, by name
 */
export function widenManifests(root: string): Versions {
  const published = globSync('packages/*/package.json', { cwd: root })
  const ranges: Versions = Object.assign(
    {},
    ...published.map((file) => publishedRanges(read(join(root, file)))),
  )
  for (const file of [
    'package.json',
    ...published,
    ...globSync('apps/*/package.json', { cwd: root }),
  ])
    writeFileSync(
      join(root, file),
      `${JSON.stringify(withRanges(read(join(root, file)), ranges), null, 2)}\n`,
    )
  return ranges
}

/**
 * Reads the version of each package in a lock file, as the published packages resolve it.
 *
 * A package resolves to its own copy if it has one, otherwise to the copy at the top.
 */
export function installedVersions(lockFile: string): Versions {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as {
    packages: Record<string, { version?: string }>
  }
  const copies = (place: RegExp): Versions =>
    Object.fromEntries(
      Object.entries(packages).flatMap(([path, { version }]) => {
        const name = place.exec(path)?.[1]
        return name !== undefined && version !== undefined ? [[name, version]] : []
      }),
    )
  return {
    ...copies(/^node_modules\/((?:@[^/]+\/)?[^/]+)$/),
    ...copies(/^packages\/[^/]+\/node_modules\/((?:@[^/]+\/)?[^/]+)$/),
  }
}

/** The table that `test-newest.ts` prints: each package with its range, its pinned and its newest version. */
export function compareVersions(ranges: Versions, pinned: Versions, newest: Versions): string {
  const rows = Object.entries(ranges)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, range]) => {
      const [before = 'not installed', after = 'not installed'] = [pinned[name], newest[name]]
      return [name, range, before, after === before ? 'the same' : after]
    })
  const table = [['package', 'range', 'pinned', 'newest'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)))
  return table
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}
