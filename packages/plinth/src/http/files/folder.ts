import { realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseEncoding, type Encoding } from '../compression/accept-encoding.ts'
import { fileFacts, type FileFacts } from './file-facts.ts'

/** A file of a folder, in the form that the client accepts. */
export interface FoundFile extends FileFacts {
  /** The coding of the file that is sent: a compressed one may lie beside the file itself. */
  readonly encoding: Encoding | undefined
}

const extensions: Readonly<Record<Encoding, string>> = { br: '.br', zstd: '.zst', gzip: '.gz' }
// By size: these files are compressed once, so the best one is worth it.
const encodings = Object.keys(extensions) as readonly Encoding[]

/** A folder whose files are sent. Nothing outside of it is, whatever a path or a symbolic link says. */
export class Folder {
  readonly path: string

  /** @param place - relative to the working directory of the process, or a `file:` URL */
  constructor(place: string | URL) {
    this.path = resolve(typeof place === 'string' ? place : fileURLToPath(place))
  }

  /**
   * Finds a file.
   *
   * @param path - as in a URL, encoded, with a slash in front
   * @returns `undefined` if it does not exist, or if a part of the path begins with a dot
   */
  async find(path: string): Promise<FileFacts | undefined> {
    const names = namesIn(path)
    return names === undefined ? undefined : this.#inside(join(this.path, ...names))
  }

  /**
   * Chooses the file itself, or the `.br`, `.zst` or `.gz` beside it, by `Accept-Encoding`.
   *
   * A compressed file that is older than the file itself is ignored.
   */
  async inEncoding(file: FileFacts, accepted: string | null): Promise<FoundFile> {
    if (accepted !== null)
      for (let offered = encodings; offered.length > 0;) {
        const encoding = chooseEncoding(accepted, offered)
        if (encoding === undefined) break
        const packed = await this.#inside(file.path + extensions[encoding])
        if (packed !== undefined && packed.modified >= file.modified)
          return { ...packed, encoding, tag: packed.tag.replace(/"$/, `-${encoding}"`) }
        offered = offered.filter((each) => each !== encoding)
      }
    return { ...file, encoding: undefined }
  }

  /** Returns the facts of a file that lies in the folder after all symbolic links are followed. */
  async #inside(path: string): Promise<FileFacts | undefined> {
    const facts = await fileFacts(path)
    if (facts === undefined) return undefined
    // Each time: a deployment may have pointed a link in the path to a newer folder.
    const [root, real] = await Promise.all([realpath(this.path), realpath(path)])
    return real.startsWith(root + sep) ? facts : undefined
  }
}

/** The names of a path; `undefined` if one of them is hidden, or not a name. */
function namesIn(path: string): string[] | undefined {
  const names: string[] = []
  for (const text of path.slice(1).split('/')) {
    const name = decoded(text)
    if (name === undefined || name === '' || name.startsWith('.') || /[/\\\0]/.test(name))
      return undefined
    names.push(name)
  }
  return names
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
