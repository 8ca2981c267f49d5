import * as z from 'zod'
import { errorCodes, type Code } from '../errors/error-codes.ts'
import { codeOfStatus } from '../errors/http-error.ts'
import { nodeHttp } from '../http/node-http.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { withoutModels } from './component-names.ts'
import type { AnyErrorType } from './failures-of.ts'

const about = (text: string) => ({ description: text })

const makeShape = () => ({
  type: z.string().meta(about('A URI of the kind of problem; `about:blank` where there is none.')),
  title: z.string().meta(about('The kind of problem in words, the same for every occurrence.')),
  status: z.int().meta(about('The HTTP status of this answer.')),
  detail: z.string().meta(about('What is wrong this time, for a person.')),
  code: z.string().meta(about('Stable, for a program: compare this, never the text.')),
  requestId: z.string().meta(about("The same as the answer's `X-Request-Id`.")),
})

/** The 422: what is wrong with the request, one by one. */
const makeValidationProblem = (shape: ProblemShape) =>
  z
    .object({
      ...shape,
      errors: z
        .array(
          z.object({
            in: z
              .enum(['path', 'query', 'header', 'cookie', 'body'])
              .meta(about('Which part of the request.')),
            path: z
              .array(z.union([z.string(), z.int()]))
              .meta(about('The way to the value inside that part.')),
            message: z.string().meta(about('For a person.')),
            code: z.string().meta(about('For a program.')),
          }),
        )
        .optional()
        .meta(about('Everything that is wrong with the request, one by one.')),
    })
    .meta({ title: 'Validation problem', description: 'Which values were refused, and why.' })

type ProblemShape = ReturnType<typeof makeShape>

/** The error answers that every document has. */
interface Problems {
  /** What all have in common. */
  readonly shape: ProblemShape
  /** Every error answer, as RFC 9457 has it. */
  readonly problem: z.ZodObject
  readonly validationProblem: z.ZodObject
}

let made: Problems | undefined

/** The same schemas each time, made for the first document: most processes in production write none. */
export const problems = (): Problems => (made ??= makeProblems())

function makeProblems(): Problems {
  const shape = makeShape()
  return {
    shape,
    problem: z.object(shape).meta({ title: 'Problem', description: 'What went wrong (RFC 9457).' }),
    validationProblem: makeValidationProblem(shape),
  }
}

/** 'PLAN_LIMIT' -> 'PlanLimitProblem' */
const nameOf = (type: AnyErrorType): string =>
  `${type.code
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Problem`

/** The problem that an error type of the application's makes. */
const typedProblem = (type: AnyErrorType): z.ZodObject =>
  z
    .object({
      ...problems().shape,
      title: z.literal(type.title),
      status: z.literal(type.status),
      code: z.literal(type.code),
      ...(type.data && { data: withoutModels(type.data) }),
    })
    .meta({ title: type.title })

/**
 * The named problems of these error types.
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

/** What a status means, in a few words. */
export const meaningOf = (status: number): string =>
  errorCodes[codeOfStatus(status) as Code]?.title ??
  nodeHttp.STATUS_CODES[status] ??
  `Error ${status}`

/** A 422, 409 or other general problem as it may look: without one, the documentation shows a status of 0. */
export const exampleOf = (status: number): object => ({
  type: 'about:blank',
  title: meaningOf(status),
  status,
  detail: status === 422 ? '1 value is invalid' : meaningOf(status),
  code: codeOfStatus(status),
  requestId: '0b6e7a4c-58a3-4d0e-9c1f-3f5d2a7b9e10',
  ...(status === 422 && {
    errors: [
      {
        in: 'query',
        path: ['limit'],
        message: 'Too big: expected number to be <=100',
        code: 'too_big',
      },
    ],
  }),
})

/** A status's name in `components.responses`: 404 -> 'NotFound' */
export const responseName = (status: number): string =>
  (nodeHttp.STATUS_CODES[status] ?? `Status ${status}`).replaceAll(/[^A-Za-z0-9]/g, '')
