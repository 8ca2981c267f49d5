import * as z from 'zod'
import type { ZodOpenApiResponseObject } from 'zod-openapi'
import { versionField } from '../routing/entity-tag.ts'
import { ownBodyOf } from '../errors/own-body.ts'
import { streamOf, type StreamDefinition, type StreamFormat } from '../http/stream.ts'
import { convert } from './schema-override.ts'
import { addedComponents, addedHeaders, addedToError, referencesTo } from './added-headers.ts'
import { documentedSchema } from './documented-schema.ts'
import { contentOf } from '../http/content/content.ts'
import { RedirectContent } from '../http/content/redirect.ts'
import {
  declaredResponses,
  mediaTypeOf,
  type DeclaredResponse,
} from '../routing/responses/declared-responses.ts'
import { isSchema } from '../schemas/zod-definition.ts'
import { isConditional, partialResponse, type Failure } from './failures-of.ts'
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
): Record<string, OpenApiHeader> {
  const { ETag, ...standard } = headers
  const others = { ...standard, ...addedComponents(routes) }
  const tags =
    shared.has(412) ||
    routes.some(
      (route) =>
        isConditional(route) ||
        declaredResponses(route.named.route.spec).some(({ content }) => versionField(content)),
    )
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

const streamWords: Readonly<Record<StreamFormat, string>> = {
  sse: 'Server-sent events. The data of each event is JSON that matches the schema.',
  jsonl: 'JSON Lines. Each line is JSON that matches the schema.',
}

const wordsOfStream = ({ format, raw }: StreamDefinition): string =>
  raw === undefined
    ? streamWords[format]
    : 'Server-sent events. The data of each event is JSON that matches the schema, or one of its texts as it is, without quotes.'

/** The values of a stream. A text that is not JSON is a text of the schema. */
const schemaOfStream = ({ item, raw }: StreamDefinition): z.core.$ZodType =>
  raw === undefined ? item : z.union([item, raw])

/** The responses that a route declares, by status. */
export function declaredResponsesOf(route: DocumentedRoute): [number, ZodOpenApiResponseObject][] {
  const added = referencesTo(addedHeaders(route))
  const declared = declaredResponses(route.named.route.spec).map(
    (one): [number, ZodOpenApiResponseObject] => [
      one.status,
      withHeaders(responseFor(one), one.status < 400 ? added : {}),
    ],
  )
  const partial = partialResponse(route)
  const known = new Set(declared.map(([status]) => status))
  if (isConditional(route) && !known.has(304))
    declared.push([304, response(304, notModified(partial !== undefined))])
  if (partial !== undefined)
    declared.push([
      206,
      response(206, 'The part that `Range` asks for', contentFor(partial.content)),
    ])
  return declared
}

const withHeaders = (
  written: ZodOpenApiResponseObject,
  added: ReturnType<typeof referencesTo>,
): ZodOpenApiResponseObject => ({ ...written, headers: { ...written.headers, ...added } })

const notModified = (isFile: boolean): string =>
  isFile
    ? 'Not modified: the file is the one in `If-None-Match` or `If-Modified-Since`'
    : 'Not modified: the row still has the version in `If-None-Match`'

function responseFor({
  status,
  content,
  headers: own,
  description,
}: DeclaredResponse): ZodOpenApiResponseObject {
  const stream = isSchema(content) ? streamOf(content) : undefined
  const words = description ?? (stream ? wordsOfStream(stream) : wordsOf(status))
  const written = response(status, words, contentFor(content))
  return {
    ...written,
    headers: {
      ...written.headers,
      ...(versionField(content) !== undefined && { ETag: header('ETag') }),
      ...(RedirectContent.is(content) &&
        own['location'] === undefined && { Location: locationHeader }),
      ...Object.fromEntries(
        Object.entries(own).map(([name, schema]) => [titled(name), documentedHeader(schema)]),
      ),
    },
  } as ZodOpenApiResponseObject
}

const locationHeader = {
  description: 'The URL to go to, which may be relative to that of the request.',
  required: true,
  schema: { type: 'string', format: 'uri-reference' },
}

/** A header name as it is usually written: `x-total` -> `X-Total`. */
const titled = (name: string): string =>
  name.replaceAll(/(?<=^|-)[a-z]/g, (sign) => sign.toUpperCase())

const documentedHeader = (schema: z.core.$ZodType) => ({
  required: !z.safeParse(schema, undefined).success,
  schema: convert(documentedSchema(schema), 'output'),
})

/** The body of a response: `undefined` if it has none. */
function contentFor(content: DeclaredResponse['content']): Content | undefined {
  if (content === undefined) return { 'application/json': {} }
  if (!isSchema(content)) return undefined
  const stream = streamOf(content)
  const definition = contentOf(content)
  const type = mediaTypeOf(content) as string
  if (definition?.kind === 'bytes') return { [type]: {} }
  return {
    [type]: {
      schema: definition ? z.string() : documentedSchema(stream ? schemaOfStream(stream) : content),
    },
  }
}

const wordsOf = (status: number): string =>
  successWords[status] ?? (status < 400 ? 'A redirect' : meaningOf(status))
const successWords: Readonly<Record<number, string>> = {
  200: 'Success',
  201: 'Created',
  202: 'Accepted',
  204: 'Success, without a body',
  205: 'Success, without a body',
  304: 'Not modified',
}

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
  routes: readonly DocumentedRoute[] = [],
): Record<string, ZodOpenApiResponseObject> =>
  Object.fromEntries(
    [...statuses].map((status) => [
      responseName(status),
      withHeaders(
        response(status, meaningOf(status), {
          [documents.mediaType]: {
            schema: documents.general(status),
            example: documents.example(status),
          },
        }),
        referencesTo(addedToError(routes, status)),
      ),
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

/** Adds the content that a route declares for an error beside the problem of the error. */
export function withProblem(
  declared: ZodOpenApiResponseObject,
  failure: Failure,
  documents: ErrorDocuments,
): ZodOpenApiResponseObject {
  const known = failureResponse(failure, documents)
  const { status } = failure
  const content =
    '$ref' in known
      ? { [documents.mediaType]: { schema: documents.general(status) } }
      : known.content
  return { ...declared, content: { ...declared.content, ...content } }
}
