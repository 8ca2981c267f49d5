import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdir, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HttpError } from '../../errors/http-error.ts'
import type { FormValues } from '../parse-form.ts'
import { tooLarge } from '../read-body.ts'
import { MultipartReader, type MultipartSource, type Part } from './multipart-reader.ts'
import { decodeUtf8 } from './part-headers.ts'
import { safeFileName } from './safe-file-name.ts'
import { UploadedFile, type StoredFile } from './uploaded-file.ts'
import type { UploadField, UploadFields } from './upload-plan.ts'
import type { UploadSlots } from './upload-slots.ts'

/** How the files of a route are received. */
export interface UploadOptions {
  readonly fields: UploadFields
  readonly slots: UploadSlots
  /** Bytes of all texts, and of all files that are held in memory. */
  readonly memory: number
}

const refused = (name: string, message: string, code: string): HttpError =>
  new HttpError(422, '1 value is invalid', {
    errors: [{ in: 'body', path: [name], message, code }],
  })

/** One form whose files are streamed to disk, and its files. */
export class Upload {
  readonly #options: UploadOptions
  readonly #abort = new AbortController()
  readonly #files: StoredFile[] = []
  readonly #counts = new Map<string, number>()
  readonly #taken: Promise<void>[] = []
  readonly #values: (readonly [name: string, value: unknown])[] = []
  #memory = 0

  constructor(options: UploadOptions) {
    this.#options = options
  }

  /**
   * Receives the form, once there is a slot; undefined for an empty body.
   *
   * The values of a name are in the order in which they were sent.
   *
   * @throws {HttpError} `PLINTH_MALFORMED_BODY`, 400; `PLINTH_CONTENT_TOO_LARGE`, 413; `PLINTH_VALIDATION_FAILED`, 422
   */
  async receive(source: MultipartSource): Promise<FormValues | undefined> {
    const { slots } = this.#options
    const signal = AbortSignal.any([source.signal, this.#abort.signal])
    await slots.take(signal)
    const take = (part: Part): Promise<void> => {
      const taken = this.#take(part)
      this.#taken.push(taken)
      return taken
    }
    try {
      const length = await new MultipartReader({ ...source, signal }, take).read()
      if (length === 0) return undefined
    } finally {
      await Promise.allSettled(this.#taken)
      slots.release()
    }
    return gathered(this.#values)
  }

  /** Ends the upload, and removes its files, except those that were moved. */
  async remove(): Promise<void> {
    this.#abort.abort()
    await Promise.allSettled(this.#taken)
    const left = this.#files.filter(({ isKept }) => !isKept)
    await Promise.all(left.map(({ path }) => unlink(path).catch(ignoreMissing)))
  }

  async #take(part: Part): Promise<void> {
    const field = part.fileName === undefined ? undefined : this.#options.fields.get(part.name)
    const value = field === undefined ? await this.#inMemory(part) : await this.#onDisk(part, field)
    this.#values[part.position] = [part.name, value]
  }

  /** Reads a text, or a file that is not streamed. */
  async #inMemory({ content, name, fileName, type }: Part): Promise<string | File> {
    const { memory } = this.#options
    const chunks: Buffer[] = []
    this.#memory += Buffer.byteLength(name)
    for await (const chunk of content) {
      this.#memory += chunk.length
      if (this.#memory > memory) throw tooLarge(memory)
      chunks.push(Buffer.from(chunk))
    }
    const bytes = Buffer.concat(chunks)
    return fileName === undefined ? decodeUtf8(bytes) : new File([bytes], fileName, { type })
  }

  /** Writes a file to disk, under a name of ours: the client's name is never a path. */
  async #onDisk(part: Part, field: UploadField): Promise<File> {
    const { content, fileName = '', type } = part
    const { directory = tmpdir() } = field
    const chunks = content[Symbol.asyncIterator]()
    const first = await chunks.next()
    // an input of a browser that was not touched
    if (fileName === '' && first.done === true) return new File([], '', { type })
    this.#check(part, field)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const stored = { path: join(directory, `plinth-upload-${randomUUID()}`), isKept: false }
    this.#files.push(stored)
    const file = await open(stored.path, 'wx', 0o600)
    try {
      await file.writeFile(limited({ first, chunks }, part.name, field.maxSize))
    } finally {
      await file.close()
    }
    const blob = await openAsBlob(stored.path)
    return new UploadedFile({ content: blob, name: safeFileName(fileName), type, stored })
  }

  /** Refuses a file before it is stored: one too many, or of another type. */
  #check({ name, type }: Part, { most, types }: UploadField): void {
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    if (count > most)
      throw most === 1
        ? refused(name, 'Sent more than once', 'repeated')
        : refused(name, `Too many files: expected at most ${most}`, 'too_big')
    const sent = type.split(';', 1)[0]!.trim().toLowerCase()
    if (types !== undefined && !types.includes(sent))
      throw refused(name, `Invalid media type: expected ${types.join(' or ')}`, 'invalid_value')
  }
}

/** The rest of a part whose first chunk was read. */
interface Begun {
  readonly first: IteratorResult<Buffer>
  readonly chunks: AsyncIterator<Buffer>
}

/** The chunks of a file, up to its limit in bytes. */
async function* limited(
  { first, chunks }: Begun,
  name: string,
  limit: number,
): AsyncGenerator<Buffer> {
  let size = 0
  for (let next = first; next.done !== true; next = await chunks.next()) {
    size += next.value.length
    if (size > limit) throw new HttpError(413, `The file "${name}" is larger than ${limit} bytes`)
    yield next.value
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** The values by name, in an object without a prototype, so that no name can reach one. */
function gathered(all: readonly (readonly [name: string, value: unknown])[]): FormValues {
  const values = Object.create(null) as FormValues
  for (const [name, value] of all) {
    const known = values[name]
    if (known === undefined) values[name] = value
    else if (Array.isArray(known)) known.push(value)
    else values[name] = [known, value]
  }
  return values
}
