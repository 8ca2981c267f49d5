import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { contentOf } from '../../http/content/content.ts'
import { streamTypes } from '../../http/stream-body.ts'
import { streamOf } from '../../http/stream.ts'
import { RedirectContent } from '../../http/content/redirect.ts'
import { isSchema } from '../../schemas/zod-definition.ts'
import type { ResponseContent, ResponseDeclaration } from './response-map.types.ts'
import type { RouteDefinition } from '../route-definition.ts'
import type { AnyZod } from '../route.types.ts'

/** A response that a route declares. */
export interface DeclaredResponse {
  readonly status: number
  /** Its content: `null` without a body, `undefined` for anything. */
  readonly content: ResponseContent | undefined
  /** Schemas of its headers, by lower-case name. */
  readonly headers: Readonly<Record<string, AnyZod>>
  readonly description: string | undefined
}

type Spec = Pick<RouteDefinition['spec'], 'response' | 'status'>

const bodiless: ReadonlySet<number> = new Set([204, 205, 304])
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const others: ReadonlySet<number> = new Set(
  [
    [200, 201, 202, 203, 207],
    [400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 412, 413, 415, 418, 422, 423],
    [424, 425, 428, 429, 451, 500, 501, 502, 503, 504],
  ].flat(),
)
const declarationOptions: OptionNames<ResponseDeclaration> = {
  content: true,
  headers: true,
  description: true,
}

/** The declared responses of each route. A `WeakMap`, since the document, the client's types and the route all ask. */
const known = new WeakMap<Spec, readonly DeclaredResponse[]>()

/** Returns the responses that a route declares: first that of a plain result, then the others by status. */
export function declaredResponses(spec: Spec): readonly [DeclaredResponse, ...DeclaredResponse[]] {
  const found = known.get(spec) ?? declare(spec)
  known.set(spec, found)
  return found as [DeclaredResponse, ...DeclaredResponse[]]
}

function declare({ response, status = 200 }: Spec): DeclaredResponse[] {
  if (response === undefined || isSchema(response))
    return [
      {
        status,
        content: status === 204 ? null : response,
        headers: {},
        description: undefined,
      },
    ]
  const all = Object.entries(response).map(([name, value]) => declaredAs(Number(name), value))
  const isPlain = (one: DeclaredResponse): boolean => one.status < 400 && one.status !== 304
  return [...all.filter(isPlain), ...all.filter((one) => !isPlain(one))]
}

function declaredAs(
  status: number,
  value: ResponseContent | ResponseDeclaration,
): DeclaredResponse {
  if (!isDeclaration(value)) return { status, content: value, headers: {}, description: undefined }
  const { content, headers, description } = value
  return {
    status,
    content,
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, schema]) => [name.toLowerCase(), schema]),
    ),
    description,
  }
}

const isDeclaration = (
  value: ResponseContent | ResponseDeclaration,
): value is ResponseDeclaration =>
  typeof value === 'object' && value !== null && !isSchema(value) && !RedirectContent.is(value)

/** Returns the mistake in the responses of a route; `undefined` for a valid declaration. */
export function responseProblem({ response, status }: Spec, where: string): string | undefined {
  if (response === undefined || isSchema(response))
    return status === 204 && response !== undefined
      ? 'a 204 response has no body: remove response, or set another status'
      : undefined
  if (RedirectContent.is(response))
    return 'redirect() needs its status: response: { 303: redirect() }'
  if (typeof response !== 'object' || response === null)
    return 'response must be a schema, or a map from status to schema'
  if (status !== undefined)
    return 'status has no effect beside a map of responses, which names its statuses: remove it'
  for (const [name, value] of Object.entries(response)) {
    if (isDeclaration(value)) checkOptions(value, declarationOptions, `${where}: response ${name}`)
    const problem = problemOf(declaredAs(Number(name), value))
    if (problem !== undefined) return `response ${name}: ${problem}`
  }
  const [first] = declaredResponses({ response })
  return first === undefined || first.status >= 304
    ? redirects.has(first?.status)
      ? undefined
      : 'its responses have no status of success: add one, such as 200'
    : undefined
}

function problemOf({ status, content }: DeclaredResponse): string | undefined {
  if (bodiless.has(status))
    return content === null ? undefined : `a ${status} has no body: declare it as null`
  if (redirects.has(status))
    return RedirectContent.is(content)
      ? undefined
      : `a ${status} redirects: declare it as redirect()`
  if (!others.has(status)) return 'it is not a status that a route can declare'
  if (RedirectContent.is(content)) return 'redirect() needs a status such as 303'
  return content === null || isSchema(content)
    ? undefined
    : 'it needs a content: a schema, html(), bytes(), or null without a body'
}

/** The media type of a content: `undefined` without a body, or where anything is sent. */
export const mediaTypeOf = (content: DeclaredResponse['content']): string | undefined =>
  isSchema(content) ? (contentOf(content)?.type ?? streamTypeOf(content)) : undefined

function streamTypeOf(schema: AnyZod): string {
  const stream = streamOf(schema)
  return stream === undefined ? 'application/json' : streamTypes[stream.format]
}

/** Returns the schemas of what a route sends as JSON: of the values of a stream, too. */
export const jsonSchemasOf = (spec: Spec): AnyZod[] =>
  declaredResponses(spec).flatMap(({ content }) =>
    isSchema(content) && contentOf(content) === undefined
      ? [streamOf(content)?.item ?? content]
      : [],
  )
