import createTag from 'etag'
import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'

/** A file to send, as it is on disk. */
export interface FileFacts {
  readonly path: string
  /** Bytes. */
  readonly size: number
  readonly modified: Date
  /** A strong tag of its size and its time of modification. */
  readonly tag: string
  /** The number of the file on its disk: another file of the same name has another one. */
  readonly inode: number
}

/** Returns the facts of a file; `undefined` if it does not exist, or is not a regular file. */
export async function fileFacts(path: string): Promise<FileFacts | undefined> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (missing.has(error.code)) return undefined
    throw error
  })
  return stats?.isFile() === true ? factsOf(path, stats) : undefined
}

/** The error codes of a path that leads nowhere. */
const missing = new Set<string | undefined>(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'])

/** Returns the facts of a regular file. */
export const factsOf = (path: string, stats: Stats): FileFacts => ({
  path,
  size: stats.size,
  modified: stats.mtime,
  tag: createTag(stats, { weak: false }),
  inode: stats.ino,
})
