import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedManifest, type Manifest } from './published-manifest.ts'

/** Holds the repository's package.json while the published one replaces it. */
const aside = '.package.json.source'

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest

/**
 * Restores the repository's package.json, also after a killed pack. Does nothing if it is in place.
 */
export function restoreManifest(folder: string): boolean {
  const kept = join(folder, aside)
  if (!existsSync(kept)) return false
  renameSync(kept, join(folder, 'package.json'))
  return true
}

/**
 * Replaces the repository's package.json by the published one, and keeps the original next to it.
 */
export function publishManifest(folder: string): void {
  const file = join(folder, 'package.json')
  const published = publishedManifest(readManifest(file))
  const next = join(folder, '.package.json.published')
  writeFileSync(next, `${JSON.stringify(published, null, 2)}\n`)
  // Copies first: a crash at any moment leaves the repository's package.json in one of the two
  // places.
  const copy = join(folder, `${aside}.copy`)
  copyFileSync(file, copy)
  renameSync(copy, join(folder, aside))
  renameSync(next, file)
}

/** The files of the repository's root that are packed with each package. */
const ofTheRoot = ['CHANGELOG.md']

/** Copies the shared files from the repository's root into a package. */
export function addRootFiles(root: string, folder: string): void {
  for (const name of ofTheRoot) copyFileSync(join(root, name), join(folder, name))
}

/** Removes the shared files from a package. */
export function removeRootFiles(folder: string): void {
  for (const name of ofTheRoot) rmSync(join(folder, name), { force: true })
}
