import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { core } from '../schemas/fields-of.ts'
import { copyWith } from '../schemas/rewrite.ts'
import { definitionOf, memberOf } from '../schemas/zod-definition.ts'
import type { UploadedFile } from './upload/uploaded-file.ts'

/** Marks the definition of a form's schema, which every copy of it shares: `.refine()`, `.extend()`, `.strip()`. */
const mark: unique symbol = Symbol('plinth.form')

declare const sentAsForm: unique symbol
/** Marks the type of a form's schema, so that a client sends a form. The copies that Zod's methods make have it too. */
export interface Form {
  readonly [sentAsForm]: true
}

/** Methods whose result would lose the mark of its type. */
interface Modes<S extends z.core.$ZodShape> {
  strip(): FormSchema<S, z.core.$strip>
  strict(): FormSchema<S>
  loose(): FormSchema<S, z.core.$loose>
  passthrough(): FormSchema<S, z.core.$loose>
}

/** The schema of a {@link form}. */
export type FormSchema<
  S extends z.core.$ZodShape,
  C extends z.core.$ZodObjectConfig = z.core.$strict,
> = Modes<S> & z.ZodObject<S, C & Form>

/**
 * Checks whether the schema of a body is a form's. Other bodies are JSON.
 *
 * A wrapper such as `.optional()` around a {@link form}, and a combination with one, are forms too.
 */
export function isForm(schema: z.core.$ZodType): boolean {
  const definition = definitionOf(core(schema))
  if (definition.type === 'intersection') return isForm(definition.left) || isForm(definition.right)
  if (definition.type === 'union') return definition.options.every(isForm)
  return memberOf(definition, mark) === true
}

/**
 * Declares a body as a form: `multipart/form-data`, or `application/x-www-form-urlencoded` if it contains no file.
 *
 * Values arrive as strings, and are converted like those of a query string: numbers, booleans, dates, lists. Objects
 * and records are JSON: as text, or as a part of the type `application/json`. An untouched input, which browsers send
 * as an empty text or as a file without name and content, is absent, or null in a nullable field. In a required field an
 * empty text is a text.
 *
 * The result is a Zod object: `.refine()`, `.extend()`, `.strip()`, `.optional()` and the other methods keep it a form.
 *
 * @see https://fastapi.tiangolo.com/tutorial/request-forms-and-files/
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { file, form, router } from 'plinth'
 *
 * const avatars = router('/avatars')
 * export const upload = avatars.post('/', { body: form({ caption: z.string().max(100), image: file() }) },
 *   async ({ body }) => ({ caption: body.caption, bytes: body.image.size }))
 * ```
 */
export function form<S extends z.core.$ZodShape>(shape: S): FormSchema<S> {
  // The mark is in the definition, and Zod's types do not follow what is added there.
  return copyWith(z.strictObject(shape), { [mark]: true }) as unknown as FormSchema<S>
}

/** Limits for an uploaded file. */
export interface FileOptions {
  /** Maximum size in bytes. The limit of the whole body (1 MiB by default) applies as well. */
  readonly maxSize?: number
  /** Accepted media types, such as `['image/png']`. The client declares the type, so it proves nothing. */
  readonly types?: readonly string[]
  /** `true` streams the file to disk, see {@link StreamedFileOptions}. Default `false`: the file is held in memory. */
  readonly stream?: false
}

/** Options of a file that is streamed to disk. */
export interface StreamedFileOptions {
  readonly stream: true
  /** Maximum size in bytes; a larger file is a 413. The body may have that much more than the app's `limits.body`. */
  readonly maxSize: number
  /** Accepted media types, such as `['video/mp4']`. Another one is a 422 before any of the file is stored. */
  readonly types?: readonly string[]
  /** The folder of the temporary file, which is created if it does not exist. Default: the system's, `os.tmpdir()`. */
  readonly directory?: string
}

const fileOptions: OptionNames<FileOptions | StreamedFileOptions> = {
  maxSize: true,
  types: true,
  stream: true,
  directory: true,
}

/** Marks the definition of a file that is streamed, which every copy of its schema shares. */
const streamed: unique symbol = Symbol('plinth.streamed')

/** The options of a file that is streamed to disk; undefined for other schemas. */
export const streamOptionsOf = (schema: z.core.$ZodType): StreamedFileOptions | undefined =>
  memberOf(definitionOf(schema), streamed) as StreamedFileOptions | undefined

/** Refuses options that contradict each other, or that have no effect. */
function checkFile({ stream, maxSize, directory }: Partial<StreamedFileOptions>): void {
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_ROUTE_INVALID', `file(): ${problem}`)
  }
  if (maxSize !== undefined && !(Number.isSafeInteger(maxSize) && maxSize > 0))
    refuse('maxSize must be a number of bytes, such as 5_000_000')
  if (stream === true && maxSize === undefined)
    refuse('a file that is streamed needs a limit: add maxSize, in bytes')
  if (stream !== true && directory !== undefined)
    refuse('directory has an effect only with stream: true')
}

/**
 * Declares an uploaded file in a {@link form}: a web `File`, in memory, or on disk with `stream: true`.
 *
 * A file on disk is an {@link UploadedFile}: it has a safe `name`, `path`, `stream()` and `moveTo()`, and is removed
 * when the request has ended. Memory does not grow with its size.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: `stream` without `maxSize`, or `directory` without `stream`
 * @see https://fastapi.tiangolo.com/tutorial/request-files/#uploadfile
 * @example
 * ```ts
 * import { file, form, router } from 'plinth'
 *
 * export const Avatar = form({ image: file({ maxSize: 500_000, types: ['image/png', 'image/jpeg'] }) })
 * export const Video = form({ video: file({ stream: true, maxSize: 2_000_000_000 }) })
 *
 * export const upload = router('/videos').post('/', { body: Video }, async ({ body }) => {
 *   const id = crypto.randomUUID()
 *   await body.video.moveTo(`/srv/videos/${id}`)
 *   return { id, name: body.video.name, size: body.video.size }
 * })
 * ```
 */
export function file(options: StreamedFileOptions): z.ZodType<UploadedFile, File>
export function file(options?: FileOptions): z.ZodFile
export function file(options: FileOptions | StreamedFileOptions = {}): AnySchema {
  checkOptions(options, fileOptions, 'file()')
  // The overloads allow each member with the others that it goes with.
  checkFile(options as Partial<StreamedFileOptions>)
  const sized = options.maxSize === undefined ? z.file() : z.file().max(options.maxSize)
  const typed =
    options.types === undefined ? sized : sized.mime([...options.types] as [z.core.util.MimeTypes])
  return options.stream === true ? copyWith(typed, { [streamed]: options }) : typed
}
