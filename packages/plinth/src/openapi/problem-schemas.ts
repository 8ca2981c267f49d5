import * as z from 'zod'
import { errorCodes, type Code } from '../errors/error-codes.ts'
import { codeOfStatus } from '../errors/http-error.ts'
import { nodeHttp } from '../http/node-http.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { documentedSchema } from './documented-schema.ts'
import type { AnyErrorType } from './failures-of.ts'

const about = (text: string) => ({ description: text })

const makeShape = () => ({
  type: z
    .string()
    .meta(about('A URI that identifies the problem type; `about:blank` if it has none.')),
  title: z.string().meta(about('A summary of the problem type, the same for every occurrence.')),
  status: z.int().meta(about('The HTTP status of this response.')),
  detail: z.string().meta(about('An explanation of this occurrence, for people.')),
  code: z.string().meta(about('A stable error code for programs. Compare this, never the text.')),
  requestId: z.string().meta(about("The same as the response's `X-Request-Id`.")),
})

/** The schema of a 422: one error per invalid value. */
const makeValidationProblem = (shape: ProblemShape) =>
  z
    .object({
      ...shape,
      errors: z
        .array(
          z.object({
            in: z
              .enum(['path', 'query', 'header', 'cookie', 'body'])
              .meta(about('The part of the request.')),
            path: z
              .array(z.union([z.string(), z.int()]))
              .meta(about('The path to the value inside that part.')),
            message: z.string().meta(about('An explanation, for people.')),
            code: z.string().meta(about('An error code, for programs.')),
          }),
        )
        .optional()
        .meta(about('All invalid values of the request.')),
    })
    .meta({
      title: 'Validation problem',
      description: 'The values that were refused, and the reasons.',
    })

type ProblemShape = ReturnType<typeof makeShape>

/** The error schemas of every document. */
interface Problems {
  /** The members that all problems have. */
  readonly shape: ProblemShape
  /** Any problem (RFC 9457). */
  readonly problem: z.ZodObject
  readonly validationProblem: z.ZodObject
}

let made: Problems | undefined

/**
 * The shared problem schemas.
 *
 * They are created for the first document, because most production processes never write one.
 */
export const problems = (): Problems => (made ??= makeProblems())

function makeProblems(): Problems {
  const shape = makeShape()
  return {
    shape,
    problem: z.object(shape).meta({ title: 'Problem', description: 'An error (RFC 9457).' }),
    validationProblem: makeValidationProblem(shape),
  }
}

/** Names the schema of an error type: `PLAN_LIMIT` -> `PlanLimitProblem`. */
const nameOf = (type: AnyErrorType): string =>
  `${type.code
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Problem`

/** The schema of problems with an error type of the application. */
const typedProblem = (type: AnyErrorType): z.ZodObject =>
  z
    .object({
      ...problems().shape,
      title: z.literal(type.title),
      status: z.literal(type.status),
      code: z.literal(type.code),
      ...(type.data && { data: documentedSchema(type.data) }),
    })
    .meta({ title: type.title })

/**
 * The schemas of these error types, with their names.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two different ones share a code
 */
export function typedProblems(types: Iterable<AnyErrorType>): Map<AnyErrorType, NamedProblem> {
  const typed = new Map<AnyErrorType, NamedProblem>()
  const names = new Map<string, AnyErrorType>()
  for (const type of new Set(types)) {
    const name = nameOf(type)
    const known = names.get(name)
    if (known)
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `the error types "${known.code}" (${known.status}, "${known.title}") and "${type.code}" (${type.status}, "${type.title}") are both named "${name}" in the OpenAPI document: declare it once and import it, or give one another code`,
      )
    names.set(name, type)
    typed.set(type, { name, schema: typedProblem(type) })
  }
  return typed
}

/** A problem's schema and its name in `components.schemas`. */
export interface NamedProblem {
  readonly name: string
  readonly schema: z.ZodObject
}

/** A short description of a status. */
export const meaningOf = (status: number): string =>
  errorCodes[codeOfStatus(status) as Code]?.title ??
  nodeHttp.STATUS_CODES[status] ??
  `Error ${status}`

/** Names a status in `components.responses`: 404 -> `NotFound`. */
export const responseName = (status: number): string =>
  (nodeHttp.STATUS_CODES[status] ?? `Status ${status}`).replaceAll(/[^A-Za-z0-9]/g, '')
