import { HttpError, type InputIssue } from '../errors/http-error.ts'

/** A problem with one field of a row. */
export type FieldIssue = Pick<InputIssue, 'path' | 'message' | 'code'>

/** The number of fields in a message: a list of a thousand rows may have as many problems. */
const mostTold = 5

/**
 * A row to write does not match its model. `errors` and the message name each field.
 *
 * Thrown by {@link insert} and {@link update} before anything is sent to the database. In a
 * request, the response is 422, as for a value that the database itself refuses.
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

  constructor(model: string, issues: readonly FieldIssue[]) {
    const told = issues.slice(0, mostTold).map(({ path, message }) => {
      const where = path.join('.')
      return where === '' ? message : `${where}: ${message}`
    })
    const more = issues.length > mostTold ? `; and ${issues.length - mostTold} more` : ''
    super(422, `invalid row of "${model}": ${told.join('; ')}${more}`, {
      code: 'PLINTH_VALIDATION_FAILED',
      errors: issues.map((issue) => ({ in: 'body', ...issue })),
    })
    this.model = model
  }
}
