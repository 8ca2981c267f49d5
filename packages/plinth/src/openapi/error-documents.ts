import * as z from 'zod'
import { HttpError } from '../errors/http-error.ts'
import { writeProblem, type ProblemWriter } from '../http/problems/write-problem.ts'
import { documentedSchema } from './documented-schema.ts'
import type { AnyErrorType } from './failures-of.ts'
import { meaningOf, problems, typedProblems } from './problem-schemas.ts'

/** The format of an app's error responses. */
export interface ErrorFormat {
  /** Schema of the body, if it is another format than problem documents. */
  readonly schema: z.core.$ZodType | undefined
  readonly write: ProblemWriter
}

/** The format of apps that declare no other one: problem documents (RFC 9457). */
export const problemDocuments: ErrorFormat = { schema: undefined, write: writeProblem }

/** The schemas and examples of error responses. */
export interface ErrorDocuments {
  readonly mediaType: string
  /** The schemas by their names in `components.schemas`. */
  readonly schemas: Readonly<Record<string, z.core.$ZodType>>
  /** The owner of each of these names, for messages. */
  readonly owners: Readonly<Record<string, string>>
  /** The schema of errors with this status that have no error type. */
  general(status: number): z.core.$ZodType
  /** The schema of errors of this type. */
  ofType(type: AnyErrorType): z.core.$ZodType
  /** An error with this status. Without one, Swagger UI shows a status of 0. */
  example(status: number): unknown
}

/**
 * Documents the error responses of an app in its format.
 *
 * @param types - the error types of its routes
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two different error types share a code
 */
export function errorDocuments(format: ErrorFormat, types: Iterable<AnyErrorType>): ErrorDocuments {
  const example = (status: number): unknown => JSON.parse(writeExample(format, status).body)
  const mediaType = writeExample(format, 500).contentType.split(';')[0]!.trim()
  if (format.schema === undefined) return { mediaType, example, ...ofProblems(types) }
  const schema = documentedSchema(format.schema)
  const name = z.globalRegistry.get(schema)?.id ?? 'Error'
  return {
    mediaType,
    schemas: { [name]: schema },
    owners: name === 'Error' ? { [name]: 'the problems of app()' } : {},
    general: () => schema,
    ofType: () => schema,
    example,
  }
}

/** Statuses whose problems list values: a 409 does too if the database names the value. */
const withValues = new Set([409, 422])

function ofProblems(
  types: Iterable<AnyErrorType>,
): Pick<ErrorDocuments, 'schemas' | 'owners' | 'general' | 'ofType'> {
  const { problem, validationProblem } = problems()
  const typed = typedProblems(types)
  const own = "Plinth's own error responses"
  const named = [...typed].map(([type, { name, schema }]) => ({ type, name, schema }))
  return {
    schemas: {
      Problem: problem,
      ValidationProblem: validationProblem,
      ...Object.fromEntries(named.map(({ name, schema }) => [name, schema])),
    },
    owners: {
      Problem: own,
      ValidationProblem: own,
      ...Object.fromEntries(named.map(({ type, name }) => [name, `the error type "${type.code}"`])),
    },
    general: (status) => (withValues.has(status) ? validationProblem : problem),
    ofType: (type) => typed.get(type)?.schema ?? problem,
  }
}

const writeExample = ({ write }: ErrorFormat, status: number) =>
  write(
    new HttpError(status, status === 422 ? '1 value is invalid' : meaningOf(status), {
      title: meaningOf(status),
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
    }),
    '0b6e7a4c-58a3-4d0e-9c1f-3f5d2a7b9e10',
  )
