import type * as z from 'zod'
import { HttpError, type InputIssue, type InputSource } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'

/** So many are told; a body of a megabyte may hold half a million, and the answer would be fifty times as large. */
const mostTold = 100
/** Characters of a message, which may quote every key of a body. */
const longestMessage = 500
/** Characters of a key in a path. */
const longestKey = 100

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`

/** Everything that is wrong with a request's inputs, in the order in which they are read. */
export class InputProblems {
  readonly #told: InputIssue[] = []
  #count = 0

  add(problem: InputIssue): void {
    this.#count++
    if (this.#told.length < mostTold) this.#told.push(problem)
  }

  /** Zod's issues as ours. */
  addIssues(
    source: InputSource,
    prefix: readonly string[],
    issues: readonly z.core.$ZodIssue[],
  ): void {
    for (const issue of issues.slice(0, mostTold))
      this.add({
        in: source,
        path: [...prefix, ...issue.path].map((part) =>
          typeof part === 'number' ? part : cut(String(part), longestKey),
        ),
        message: cut(issue.message, longestMessage),
        code: issue.code ?? 'invalid',
      })
    this.#count += Math.max(0, issues.length - mostTold)
  }

  /**
   * Answers 422 with what is wrong: all of it at once, but for more than 100 problems.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422
   * @see https://fastapi.tiangolo.com/tutorial/handling-errors/#override-request-validation-exceptions
   */
  throwIfAny(): void {
    if (this.#count === 0) return
    const values = this.#count === 1 ? '1 value is wrong' : `${this.#count} values are wrong`
    const told = this.#count > mostTold ? `; the first ${mostTold} are named` : ''
    throw stackless(() => new HttpError(422, values + told, { errors: this.#told }))
  }
}
