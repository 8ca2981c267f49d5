import type * as z from 'zod'
import { HttpError, type InputIssue, type InputSource } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import { mostProblems } from '../schemas/bounded.ts'

/** Maximum length of a message, which may quote every key of a body. */
const longestMessage = 500
/** Maximum length of a key in a path. */
const longestKey = 100

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`

/** The validation problems of a request, in the order in which its inputs are read. */
export class ValidationProblems {
  readonly #listed: InputIssue[] = []
  #count = 0

  add(problem: InputIssue): void {
    this.#count++
    if (this.#listed.length < mostProblems) this.#listed.push(problem)
  }

  /** Adds Zod's issues. */
  addIssues(
    source: InputSource,
    prefix: readonly string[],
    issues: readonly z.core.$ZodIssue[],
  ): void {
    for (const issue of issues.slice(0, mostProblems))
      this.add({
        in: source,
        path: [...prefix, ...issue.path].map((part) =>
          typeof part === 'number' ? part : cut(String(part), longestKey),
        ),
        message: cut(issue.message, longestMessage),
        code: issue.code ?? 'invalid',
      })
    this.#count += Math.max(0, issues.length - mostProblems)
  }

  /**
   * Throws a 422 that lists all problems, or the first 100 of them.
   *
   * Validation stops soon after the 100th, so the number of the others is not known.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422
   * @see https://fastapi.tiangolo.com/tutorial/handling-errors/#override-request-validation-exceptions
   */
  throwIfAny(): void {
    if (this.#count === 0) return
    throw stackless(() => new HttpError(422, this.#summary(), { errors: this.#listed }))
  }

  #summary(): string {
    if (this.#count > mostProblems)
      return `At least ${mostProblems} values are invalid. The first ${mostProblems} are listed.`
    return this.#count === 1 ? '1 value is invalid' : `${this.#count} values are invalid`
  }
}
