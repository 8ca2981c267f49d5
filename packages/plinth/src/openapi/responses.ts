import * as z from 'zod'
import type { ZodOpenApiResponseObject } from 'zod-openapi'
import { versionField } from '../routing/entity-tag.ts'
import { ownBodyOf } from '../errors/own-body.ts'
import { streamOf, type StreamFormat } from '../http/stream.ts'
import { documentedSchema } from './documented-schema.ts'
import { isConditional, successOf, type Failure } from './failures-of.ts'
import type { DocumentedRoute, OpenApiHeader, OpenApiReference } from './openapi.types.ts'
import type { ErrorDocuments } from './error-documents.ts'
import { meaningOf, responseName } from './problem-schemas.ts'

/** Response headers, by their names in `components.headers`. */
const headers = {
  RequestId: {
    description: 'Identifies this request in the log. A valid id in the request is kept.',
    schema: { type: 'string' },
  },
  Challenge: {
    description:
      'How to authenticate: Bearer (RFC 6750), Basic (RFC 7617) or ApiKey. It contains `invalid_token` if a token was rejected.',
    schema: { type: 'string' },
  },
  ETag: {
    description: 'The version of the row, for `If-Match` and `If-None-Match` (RFC 9110).',
    schema: { type: 'string' },
  },
  RetryAfter: {
    description: 'The number of seconds to wait before retrying.',
    schema: { type: 'integer', minimum: 0 },
  },
} as const satisfies Record<string, OpenApiHeader>

/** The response headers that these routes use. Unused components are left out. */
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
  sse: 'Server-sent events. The data of each event is JSON that matches the schema.',
  jsonl: 'JSON Lines. Each line is JSON that matches the schema.',
}
const successWords: Readonly<Record<number, string>> = {
  200: 'Success',
  201: 'Created',
  202: 'Accepted',
  204: 'Success, without a body',
}

/** The response to a successful request. */
export function successResponse({ named }: DocumentedRoute): ZodOpenApiResponseObject {
  const { spec } = named.route
  const status = successOf(spec)
  const description = successWords[status] ?? 'Success'
  const stream = streamOf(spec.response)
  if (status === 204) return response(status, description)
  if (stream)
    return response(status, streamWords[stream.format], {
      [streamTypes[stream.format]]: { schema: documentedSchema(stream.item) },
    })
  const written = response(status, description, {
    'application/json': spec.response ? { schema: documentedSchema(spec.response) } : {},
  })
  if (versionField(spec.response) === undefined) return written
  return { ...written, headers: { ...headersOf(status), ETag: header('ETag') } }
}

/** The 304 response, if the route can give one. */
export const notModifiedResponse = (route: DocumentedRoute): [number, ZodOpenApiResponseObject][] =>
  isConditional(route)
    ? [[304, response(304, 'Not modified: the row still has the version in `If-None-Match`')]]
    : []

type Content = Record<string, { schema?: z.core.$ZodType; example?: unknown }>

const response = (
  status: number,
  description: string,
  content?: Content,
): ZodOpenApiResponseObject => ({
  description,
  headers: headersOf(status),
  ...(content && { content }),
})

/** The responses to failures without an error type, by their names in `components.responses`. */
export const sharedResponses = (
  statuses: Iterable<number>,
  documents: ErrorDocuments,
): Record<string, ZodOpenApiResponseObject> =>
  Object.fromEntries(
    [...statuses].map((status) => [
      responseName(status),
      response(status, meaningOf(status), {
        [documents.mediaType]: {
          schema: documents.general(status),
          example: documents.example(status),
        },
      }),
    ]),
  )

/** Tests whether a failure has no error types, so that all routes share its response. */
export const isShared = (failure: Failure): boolean => failure.types.length === 0

/** The response to a failure. */
export function failureResponse(
  failure: Failure,
  documents: ErrorDocuments,
): ZodOpenApiResponseObject | OpenApiReference {
  const { status, general, types } = failure
  if (isShared(failure)) return { $ref: `#/components/responses/${responseName(status)}` }
  const titles = [...types.map((type) => type.title), ...(general ? [meaningOf(status)] : [])]
  const all = types.map((type) => {
    const own = ownBodyOf(type)
    // The own body of an error type is a schema.
    if (own !== undefined) return ['application/json', own as z.core.$ZodType] as const
    return [documents.mediaType, documents.ofType(type)] as const
  })
  if (general) all.push([documents.mediaType, documents.general(status)])
  const content = [...Map.groupBy(all, ([mediaType]) => mediaType)].map(([mediaType, some]) => {
    const schemas = [...new Set(some.map(([, schema]) => schema))]
    const only = schemas.length === 1 ? schemas[0] : undefined
    return [mediaType, { schema: only ?? z.union(schemas) }] as const
  })
  return response(status, [...new Set(titles)].join('; or: '), Object.fromEntries(content))
}
