import { HttpError, type InputIssue } from '../errors/http-error.ts'

/** What is wrong with one field of a row. */
export type FieldIssue = Pick<InputIssue, 'path' | 'message' | 'code'>

/** Fields of a message: a list of a thousand rows has as many. */
const mostTold = 5

/**
 * What was to be written is no row of its model: `errors` names each field, and so does the message.
 *
 * Thrown by {@link insert} and {@link update} before anything is sent to the database. In a request it is the answer:
 * 422, as for a value that the database itself refuses.
 *
 * @see https://docs.pydantic.dev/latest/errors/errors/ (what SQLModel's tables leave out)
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
    super(422, `this is no row of "${model}": ${told.join('; ')}${more}`, {
      code: 'PLINTH_VALIDATION_FAILED',
      errors: issues.map((issue) => ({ in: 'body', ...issue })),
    })
    this.model = model
  }
}
