import { randomUUID } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** How many images are kept; the least used go first. About 4 MB each. */
const kept = 12

/**
 * The image of an embedded database under this key, if there is one.
 *
 * @param key - `[a-z0-9.-]+`
 */
export function readImage(key: string): Buffer<ArrayBuffer> | undefined {
  const file = join(cacheDirectory(), `${key}.tar.zst`)
  try {
    // Its checksum is part of it: what was cut off or changed does not come out.
    const image = zstdDecompressSync(readFileSync(file))
    // PGlite fails outside of its promise over what is no archive.
    if (image.toString('latin1', 257, 262) !== 'ustar') return undefined
    utimesSync(file, new Date(), new Date())
    return image
  } catch {
    return undefined
  }
}

/** Keeps an image. It is a cache: where it cannot be written, nothing is kept. */
export function writeImage(key: string, image: Uint8Array): void {
  const directory = cacheDirectory()
  const draft = join(directory, `${key}.${randomUUID()}.draft`)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const params = {
      [constants.ZSTD_c_compressionLevel]: 1,
      [constants.ZSTD_c_checksumFlag]: 1,
    }
    writeFileSync(draft, zstdCompressSync(image, { params }), { mode: 0o600 })
    renameSync(draft, join(directory, `${key}.tar.zst`))
    prune(directory)
  } catch {
    remove(draft)
  }
}

/** Forgets an image from which no database comes to life. */
export function dropImage(key: string): void {
  remove(join(cacheDirectory(), `${key}.tar.zst`))
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // A cache that cannot be changed is left as it is.
  }
}

function prune(directory: string): void {
  const files = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((file) => ({ file, used: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.used - a.used)
  for (const { file } of files.slice(kept)) rmSync(file, { force: true })
}

/** The user's own, since whoever can write an image decides what is in a new database. */
function cacheDirectory(): string {
  const named = process.env['PLINTH_CACHE_DIR']
  if (named) return named
  const base = process.env['XDG_CACHE_HOME'] || (homedir() && join(homedir(), '.cache'))
  return base ? join(base, 'plinth') : join(tmpdir(), `plinth-${userInfo().uid}`)
}
