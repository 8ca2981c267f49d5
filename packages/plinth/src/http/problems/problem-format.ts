import type * as z from 'zod'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { Problem } from '../../errors/problem.ts'
import type { Returned } from '../../schemas/response-value.types.ts'
import { partWithoutJson } from '../../schemas/without-json.ts'
import { jsonType } from '../json-type.ts'

/** The format of error responses: problem documents whose `type` leads to a documentation. */
export interface ProblemTypes {
  /**
   * Returns the `type` of a problem: the URI of the documentation of its code. Default: `about:blank`.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
   */
  readonly type: (code: string) => string
  readonly schema?: never
  readonly contentType?: never
  readonly write?: never
}

/** The format of error responses: another one than the problem documents of RFC 9457. */
export interface ProblemFormat<S extends z.core.$ZodType> {
  /** Schema of the body, for the documentation, the client's types and `conformance()`. */
  readonly schema: S
  /** The content type, which must be JSON. Default: `application/json`. */
  readonly contentType?: string
  /**
   * Makes the body of a problem. It must not fail, must not wait, and must return the same body for the same problem.
   *
   * If it throws, or returns a value that the schema does not allow, the log gets the reason and the caller the problem
   * document.
   */
  readonly write: (problem: Problem) => Returned<S>
  /** Returns the `type` of a problem, which `write` gets. Default: `about:blank`. */
  readonly type?: (code: string) => string
}

/** Options of all error responses: the format, or only the `type` of problem documents. */
export type ProblemOptions<S extends z.core.$ZodType> = ProblemTypes | ProblemFormat<S>

/** The options of any format. */
export interface AnyProblemOptions {
  readonly schema?: z.core.$ZodType | undefined
  readonly contentType?: string | undefined
  readonly write?: ((problem: Problem) => unknown) | undefined
  readonly type?: ((code: string) => string) | undefined
}

const names: OptionNames<AnyProblemOptions> = {
  schema: true,
  contentType: true,
  write: true,
  type: true,
}

/**
 * Checks the declaration of a format.
 *
 * @throws {PlinthError} `PLINTH_PROBLEMS_INVALID`: an option is missing, or has no effect or a wrong value
 */
export function checkProblemOptions(options: AnyProblemOptions | undefined): void {
  if (options === undefined) return
  checkOptions(options, names, 'app(): problems')
  const { schema, contentType, write, type } = options
  if (schema === undefined && write === undefined && type === undefined)
    throw invalid('it changes nothing: pass { schema, write }, or { type }')
  if (schema === undefined ? write !== undefined : typeof write !== 'function')
    throw invalid('schema and write need each other: pass both, or neither')
  if (contentType !== undefined && schema === undefined)
    throw invalid('contentType is that of a format of your own: pass schema and write, too')
  if (contentType !== undefined && !jsonType.test(contentType))
    throw invalid(
      `contentType is "${contentType}": write application/json, or one that ends with +json`,
    )
  if (type !== undefined && typeof type !== 'function')
    throw invalid('type must be a function from a code to a URI')
  if (schema === undefined) return
  if (!('_zod' in schema)) throw invalid('schema must be a Zod schema')
  const part = partWithoutJson(schema, 'response')
  if (part !== undefined)
    throw invalid(
      `${['schema', ...part.path].join('.')} is z.${part.type}(), which JSON cannot carry: ${part.remedy}`,
    )
}

/** The startup error of a format. */
export const invalid = (problem: string, cause?: unknown): PlinthError =>
  new PlinthError('PLINTH_PROBLEMS_INVALID', `app(): problems: ${problem}`, { cause })
