import * as z from 'zod'
import type { ZodOpenApiResponseObject } from 'zod-openapi'
import { versionField } from '../routing/entity-tag.ts'
import { streamOf, type StreamFormat } from '../http/stream.ts'
import { withoutModels } from './component-names.ts'
import { isConditional, successOf, type Failure } from './failures-of.ts'
import type { DocumentedRoute, OpenApiHeader, OpenApiReference } from './openapi.types.ts'
import {
  exampleOf,
  meaningOf,
  problems,
  responseName,
  type NamedProblem,
} from './problem-schemas.ts'
import type { AnyErrorType } from './failures-of.ts'

/** The headers of answers, by their names in `components.headers`. */
const headers = {
  RequestId: {
    description: 'Names this request in the log; the one that was sent, if it was a sound one.',
    schema: { type: 'string' },
  },
  Challenge: {
    description: 'How to authenticate (RFC 6750); says `invalid_token` where a token was refused.',
    schema: { type: 'string' },
  },
  ETag: {
    description: 'The version of the row, for `If-Match` and `If-None-Match` (RFC 9110).',
    schema: { type: 'string' },
  },
  RetryAfter: {
    description: 'How long to wait before trying again, in seconds.',
    schema: { type: 'integer', minimum: 0 },
  },
} as const satisfies Record<string, OpenApiHeader>

/** The headers that the answers of these routes have: a component that nothing refers to is one too many. */
export function usedHeaders(
  routes: readonly DocumentedRoute[],
  shared: ReadonlySet<number>,
): Partial<typeof headers> {
  const { ETag, ...others } = headers
  const tags =
    shared.has(412) || routes.some(({ named }) => versionField(named.route.spec.response))
  return tags ? { ETag, ...others } : others
}

const header = (name: keyof typeof headers): OpenApiReference => ({
  $ref: `#/components/headers/${name}`,
})
const always = { 'X-Request-Id': header('RequestId') }
const byStatus: Readonly<Record<number, Record<string, OpenApiReference>>> = {
  304: { ETag: header('ETag') },
  401: { 'WWW-Authenticate': header('Challenge') },
  412: { ETag: header('ETag') },
  429: { 'Retry-After': header('RetryAfter') },
  503: { 'Retry-After': header('RetryAfter') },
}
const headersOf = (status: number) => ({ ...always, ...byStatus[status] })

const streamTypes: Readonly<Record<StreamFormat, string>> = {
  sse: 'text/event-stream',
  jsonl: 'application/jsonl',
}
const streamWords: Readonly<Record<StreamFormat, string>> = {
  sse: 'Server-sent events; the data of each is JSON as in the schema.',
  jsonl: 'JSON lines: each line is JSON as in the schema.',
}
const successWords: Readonly<Record<number, string>> = {
  200: 'Success',
  201: 'Created',
  202: 'Accepted',
  204: 'Success, without a body',
}

/** The answer of a route's success. */
export function successAnswer({ named }: DocumentedRoute): ZodOpenApiResponseObject {
  const { spec } = named.route
  const status = successOf(spec)
  const description = successWords[status] ?? 'Success'
  const stream = streamOf(spec.response)
  if (status === 204) return answer(status, description)
  if (stream)
    return answer(status, streamWords[stream.format], {
      [streamTypes[stream.format]]: { schema: withoutModels(stream.item) },
    })
  const written = answer(status, description, {
    'application/json': spec.response ? { schema: withoutModels(spec.response) } : {},
  })
  if (versionField(spec.response) === undefined) return written
  return { ...written, headers: { ...headersOf(status), ETag: header('ETag') } }
}

/** The answer to a caller that has this version of the row already, where a route can give it. */
export const unchangedAnswer = (route: DocumentedRoute): [number, ZodOpenApiResponseObject][] =>
  isConditional(route) ? [[304, answer(304, 'It is the version of `If-None-Match`')]] : []

type Content = Record<string, { schema?: z.core.$ZodType; example?: object }>

const answer = (
  status: number,
  description: string,
  content?: Content,
): ZodOpenApiResponseObject => ({
  description,
  headers: headersOf(status),
  ...(content && { content }),
})

const problemAnswer = (
  status: number,
  description: string,
  schema: z.core.$ZodType,
): ZodOpenApiResponseObject =>
  answer(status, description, { 'application/problem+json': { schema } })

/** Statuses whose problems name values: a conflict does too, where the database says which one. */
const withValues = new Set([409, 422])

/** The problem of a status that has no type of its own. */
const generalProblem = (status: number): z.ZodObject =>
  withValues.has(status) ? problems().validationProblem : problems().problem

/** The answers of failures without types of their own, by their names in `components.responses`. */
export const sharedAnswers = (
  statuses: Iterable<number>,
): Record<string, ZodOpenApiResponseObject> =>
  Object.fromEntries(
    [...statuses].map((status) => [
      responseName(status),
      answer(status, meaningOf(status), {
        'application/problem+json': {
          schema: generalProblem(status),
          example: exampleOf(status),
        },
      }),
    ]),
  )

/** Whether a failure is nothing but the general one of its status, which all routes share. */
export const isShared = (failure: Failure): boolean => failure.types.length === 0

/** The answer of a failure. */
export function failureAnswer(
  failure: Failure,
  problems: ReadonlyMap<AnyErrorType, NamedProblem>,
): ZodOpenApiResponseObject | OpenApiReference {
  const { status, general, types } = failure
  if (isShared(failure)) return { $ref: `#/components/responses/${responseName(status)}` }
  const schemas: z.core.$ZodType[] = types.flatMap((type) => problems.get(type)?.schema ?? [])
  if (general) schemas.push(generalProblem(status))
  const titles = [...types.map((type) => type.title), ...(general ? [meaningOf(status)] : [])]
  const only = schemas.length === 1 ? schemas[0] : undefined
  return problemAnswer(status, [...new Set(titles)].join('; or: '), only ?? z.union(schemas))
}
