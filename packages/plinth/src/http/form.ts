import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import * as z from 'zod'

/** The schemas of forms. A `WeakSet`, since schemas are Zod's objects. */
const forms = new WeakSet<z.core.$ZodType>()

declare const sentAsForm: unique symbol
/** Marks the type of a form's schema, so that a client sends a form. */
export interface Form {
  readonly [sentAsForm]: true
}
/** The schema of a {@link form}. */
export type FormSchema<S extends z.core.$ZodShape> = z.ZodObject<S, z.core.$strict> & Form

/** Checks whether the schema of a body is a form's. Other bodies are JSON. */
export const isForm = (schema: z.core.$ZodType): boolean => forms.has(schema)

/**
 * Declares a body as a form: `multipart/form-data`, or `application/x-www-form-urlencoded` if it contains no file.
 *
 * Values arrive as strings, and are converted like those of a query string: numbers, booleans, dates, lists.
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
  const schema = z.strictObject(shape)
  forms.add(schema)
  return schema as FormSchema<S>
}

/** Limits for an uploaded file. */
export interface FileOptions {
  /** Maximum size in bytes. The limit of the whole body (1 MiB by default) applies as well. */
  readonly maxSize?: number
  /** Accepted media types, such as `['image/png']`. The client declares the type, so it proves nothing. */
  readonly types?: readonly string[]
}

const fileOptions: OptionNames<FileOptions> = { maxSize: true, types: true }

/**
 * Declares an uploaded file in a {@link form}: a web `File`, in memory.
 *
 * @example
 * ```ts
 * import { file, form } from 'plinth'
 *
 * export const Upload = form({ image: file({ maxSize: 500_000, types: ['image/png', 'image/jpeg'] }) })
 * ```
 */
export function file(options: FileOptions = {}): z.ZodFile {
  checkOptions(options, fileOptions, 'file()')
  const sized = options.maxSize === undefined ? z.file() : z.file().max(options.maxSize)
  return options.types === undefined
    ? sized
    : sized.mime([...options.types] as [z.core.util.MimeTypes])
}
