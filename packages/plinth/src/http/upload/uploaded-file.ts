import { constants } from 'node:fs'
import { copyFile, link, unlink } from 'node:fs/promises'

/** The file of an {@link UploadedFile} on disk. */
export interface StoredFile {
  path: string
  /** True once the file was moved, so that the end of the request does not remove it. */
  isKept: boolean
}

/** The arguments of an {@link UploadedFile}. */
interface Stored {
  /** The content, which is read from disk. */
  readonly content: Blob
  readonly name: string
  readonly type: string
  readonly stored: StoredFile
}

/**
 * An uploaded file on disk: a web `File` whose content is read when it is needed.
 *
 * It is removed when the request has ended, unless it was moved.
 *
 * | member | value |
 * | --- | --- |
 * | `name` | the name that the client sent, made safe: one segment of a path, not hidden |
 * | `type` | the media type that the client declared, which proves nothing |
 * | `size` | bytes |
 * | `stream()` | the content in pieces; {@link moveTo} makes it unreadable here |
 *
 * @example
 * ```ts
 * import { createHash } from 'node:crypto'
 * import type { UploadedFile } from 'plinth'
 *
 * export async function keep(file: UploadedFile): Promise<string> {
 *   const hash = createHash('sha256')
 *   for await (const chunk of file.stream()) hash.update(chunk)
 *   const name = hash.digest('hex')
 *   await file.moveTo(`/srv/files/${name}`)
 *   return name
 * }
 * ```
 */
export class UploadedFile extends File {
  readonly #stored: StoredFile

  constructor({ content, name, type, stored }: Stored) {
    // a blob of a file is not read here: the new one reads the same file
    super([content], name, { type })
    this.#stored = stored
  }

  /** The place of the file on disk. */
  get path(): string {
    return this.#stored.path
  }

  /**
   * Moves the file, which then stays. A file that exists is never replaced.
   *
   * Within one file system it costs nothing, and the file is never seen in part. Others can read the file only if you
   * change its mode, which is 0o600.
   *
   * @param target - a path whose folder exists. Choose the name yourself, such as the id of a row
   * @throws {Error} `EEXIST`: a file with this path exists; `ENOENT`: its folder does not
   */
  async moveTo(target: string): Promise<void> {
    const { path } = this.#stored
    try {
      await link(path, target)
    } catch (error) {
      // another file system, or one without hard links
      if (!needsCopy(error)) throw error
      await copyFile(path, target, constants.COPYFILE_EXCL)
    }
    this.#stored.isKept = true
    this.#stored.path = target
    await unlink(path)
  }
}

const withoutLinks = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'])
const needsCopy = (error: unknown): boolean =>
  withoutLinks.has((error as NodeJS.ErrnoException).code ?? '')
