import { HttpError, type InputIssue } from '../errors/http-error.ts'
import type { WireNames } from '../schemas/names/wire-names.ts'

/** A problem with one field of a row. */
export type FieldIssue = Pick<InputIssue, 'path' | 'message' | 'code'>

/** The number of fields in a message: a list of a thousand rows may have as many problems. */
const mostTold = 5

/**
 * A row to write does not match its model. `errors` and the message name each field.
 *
 * Thrown by {@link insert} and {@link update} before anything is sent to the database. In a request, the response is
 * 422 if the wrong values are inputs of the request. A wrong value of the server's own is a 500, and an error in the
 * log, since the caller cannot correct it.
 *
 * @see https://docs.pydantic.dev/latest/errors/errors/ (validation that SQLModel's tables skip)
 * @example
 * ```ts
 * import { database, id, insert, model, ModelError } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const Tag = model('tags', { id: id(), name: z.string().min(1) })
 * try {
 *   await insert(db, Tag, { name: '' })
 * } catch (error) {
 *   if (error instanceof ModelError) console.log(error.errors[0]?.path) // ['name']
 * }
 * ```
 */
export class ModelError extends HttpError {
  override readonly name = 'ModelError'
  /** The table's name. */
  readonly model: string
  declare readonly errors: readonly InputIssue[]
  /** The row, the rows or the changes that were to be written. Private, so that no log contains them. */
  readonly #written: unknown
  readonly #issues: readonly FieldIssue[]

  /**
   * @param written - the row, the rows or the changes: the paths of the issues lead to values in it
   * @param names - the names of fields on the wire, where they differ: `errors` has them
   */
  constructor(
    model: string,
    issues: readonly FieldIssue[],
    { written, names = {} }: { readonly written?: unknown; readonly names?: WireNames } = {},
  ) {
    const told = issues.slice(0, mostTold).map(({ path, message }) => {
      const where = path.join('.')
      return where === '' ? message : `${where}: ${message}`
    })
    const more = issues.length > mostTold ? `; and ${issues.length - mostTold} more` : ''
    super(422, `invalid row of "${model}": ${told.join('; ')}${more}`, {
      code: 'PLINTH_VALIDATION_FAILED',
      errors: issues.map((issue) => ({ in: 'body', ...issue, path: onWire(issue.path, names) })),
    })
    this.model = model
    this.#written = written
    this.#issues = issues
  }

  /** The wrong values, each with its path. A value that is missing in its row is undefined. */
  wrongValues(): { readonly path: InputIssue['path']; readonly value: unknown }[] {
    const written = this.#written
    return this.#issues.map(({ path }) => ({
      path,
      value: Array.isArray(written)
        ? valueIn(written[path[0] as number], path.slice(1))
        : valueIn(written, path),
    }))
  }
}

/** A path with the name of its field on the wire. A path into several rows begins with an index. */
const onWire = (path: InputIssue['path'], names: WireNames): InputIssue['path'] => {
  const at = path.findIndex((part) => typeof part === 'string')
  return path.map((part, index) =>
    index === at && Object.hasOwn(names, part) ? (names[part] as string) : part,
  )
}

/** The value at a path of a row. If it is missing in an object of the row, that object. */
function valueIn(row: unknown, path: InputIssue['path']): unknown {
  let value = row
  for (const part of path) {
    const inner = (value as Readonly<Record<string | number, unknown>> | null | undefined)?.[part]
    if (inner === undefined) return value === row ? undefined : value
    value = inner
  }
  return value
}
