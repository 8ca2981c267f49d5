import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedManifest, type Manifest } from './published-manifest.ts'

/** The repository's package.json while the published one is in its place. */
const aside = '.package.json.source'

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest

/** Puts the repository's package.json back; also after a pack that was killed. Does nothing where it is there. */
export function restoreManifest(folder: string): boolean {
  const kept = join(folder, aside)
  if (!existsSync(kept)) return false
  renameSync(kept, join(folder, 'package.json'))
  return true
}

/** Puts the published package.json in the place of the repository's, which is kept beside it. */
export function publishManifest(folder: string): void {
  const file = join(folder, 'package.json')
  const published = publishedManifest(readManifest(file))
  const next = join(folder, '.package.json.published')
  writeFileSync(next, `${JSON.stringify(published, null, 2)}\n`)
  // A copy under another name first: at no moment is the repository's package.json in neither place.
  const copy = join(folder, `${aside}.copy`)
  copyFileSync(file, copy)
  renameSync(copy, join(folder, aside))
  renameSync(next, file)
}

/** The files of the repository's root that are packed, too. */
const ofTheRoot = ['CHANGELOG.md']

/** Copies into a package what stands in the repository's root. */
export function addRootFiles(root: string, folder: string): void {
  for (const name of ofTheRoot) copyFileSync(join(root, name), join(folder, name))
}

/** Takes them out again. */
export function removeRootFiles(folder: string): void {
  for (const name of ofTheRoot) rmSync(join(folder, name), { force: true })
}
