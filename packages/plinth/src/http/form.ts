import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import * as z from 'zod'
import { core } from '../schemas/fields-of.ts'
import { copyWith } from '../schemas/rewrite.ts'
import { definitionOf, memberOf } from '../schemas/zod-definition.ts'

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
