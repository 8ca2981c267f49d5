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

/** The number of images to keep. The least recently used are removed first. Each is about 4 MB. */
const kept = 12

/** The bytes to decompress at once. An image is 40 MB, and Node's 16 kB would make thousands of parts of it. */
const chunkSize = 4 * 1024 * 1024

/** The image of an embedded database. Unlike another Blob, it returns its bytes without a copy. */
class Image extends Blob {
  override readonly size: number
  readonly #bytes: Buffer<ArrayBuffer>

  constructor(bytes: Buffer<ArrayBuffer>) {
    super([])
    this.size = bytes.length
    this.#bytes = bytes
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteOffset, length } = this.#bytes
    const isWhole = length === buffer.byteLength
    return Promise.resolve(isWhole ? buffer : buffer.slice(byteOffset, byteOffset + length))
  }
}

/** The image that was read last. It is kept once it was read twice, because tests then open it many times. */
let latest: { readonly file: string; readonly image: Image | undefined } | undefined

/**
 * Reads the image of an embedded database from the cache.
 *
 * @param key - `[a-z0-9.-]+`
 */
export function readImage(key: string): Blob | undefined {
  const file = join(cacheDirectory(), `${key}.tar.zst`)
  const isRepeated = latest?.file === file
  try {
    const image = (isRepeated && latest?.image) || decompressed(file)
    if (image === undefined) return undefined
    latest = { file, image: isRepeated ? image : undefined }
    utimesSync(file, new Date(), new Date())
    return image
  } catch {
    return undefined
  }
}

function decompressed(file: string): Image | undefined {
  // The checksum inside the file rejects an image that was cut off or changed.
  const image = zstdDecompressSync(readFileSync(file), { chunkSize })
  // PGlite fails outside its promise when the file is not an archive.
  return image.toString('latin1', 257, 262) === 'ustar' ? new Image(image) : undefined
}

/** Writes an image to the cache. If the cache cannot be written, the image is not kept. */
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

/** Removes an image from which no database can be opened. */
export function dropImage(key: string): void {
  latest = undefined
  remove(join(cacheDirectory(), `${key}.tar.zst`))
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // A cache that cannot be changed stays as it is.
  }
}

function prune(directory: string): void {
  const files = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((file) => ({ file, used: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.used - a.used)
  for (const { file } of files.slice(kept)) rmSync(file, { force: true })
}

/** A directory of the current user's, because an image decides what a new database contains. */
function cacheDirectory(): string {
  const named = process.env['PLINTH_CACHE_DIR']
  if (named) return named
  const base = process.env['XDG_CACHE_HOME'] || (homedir() && join(homedir(), '.cache'))
  return base ? join(base, 'plinth') : join(tmpdir(), `plinth-${userInfo().uid}`)
}
