import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import type { App } from '../../app/app.types.ts'
import { internals } from '../../http/internals.ts'
import type { OpenApiDocument } from '../../openapi/openapi.types.ts'
import type { AnyRoute } from '../../routing/client-route.types.ts'
import { casesOf } from './conformance-cases.ts'
import { caseOf, mediaTypesOf, type Case, type Target, validInputs } from './conformance-request.ts'
import type { ValueGenerator } from './generate-value.ts'
import { judgeResponse, type FindingKind, type JudgedResponse } from './judge-response.ts'
import { seededRandom } from './seeded-random.ts'

export type { FindingKind } from './judge-response.ts'

/** Options of {@link conformance}. */
export interface ConformanceOptions {
  /**
   * Headers of every authenticated request, such as `{ authorization: 'Bearer …' }`. Default: none.
   */
  readonly headers?: Readonly<Record<string, string>>
  /** Sends a request. Default: the app itself, without a port. */
  readonly fetch?: (request: Request) => Response | Promise<Response>
  /**
   * Values for parameters and fields, by name, for schemas that do not say which values exist.
   *
   * Use it for ids of existing rows. With an empty list, an optional value is left out of requests
   * that must be accepted.
   */
  readonly values?: Readonly<Record<string, readonly unknown[]>>
  /** The number of random valid requests per operation, besides the systematic ones. Default 25. */
  readonly runs?: number
  /** The seed of the random requests. The same seed sends the same requests. Default: random. */
  readonly seed?: number
}

const conformanceOptions: OptionNames<ConformanceOptions> = {
  headers: true,
  fetch: true,
  values: true,
  runs: true,
  seed: true,
}

/** One disagreement between the document and the server. */
export interface ConformanceFinding {
  readonly kind: FindingKind
  readonly operationId: string
  /** The property that set the request apart, such as `body title: maxLength + 1`. */
  readonly case: string
  /** The method and the path with its query, truncated. */
  readonly request: string
  /** The body, truncated. */
  readonly body: string
  /** The problem with the response. */
  readonly detail: string
}

/** The result of {@link conformance}. */
export interface ConformanceReport {
  readonly seed: number
  /** The number of requests sent. */
  readonly requests: number
  readonly findings: readonly ConformanceFinding[]
  /** The number of responses by operation and status. */
  readonly statuses: Readonly<Record<string, Readonly<Record<number, number>>>>
  /** Operations that were not called: no valid request is known. Pass `values` for what their schemas do not say. */
  readonly skipped: readonly UntestedOperation[]
  /**
   * Operations that never succeeded (2xx or 3xx), so that their responses were not compared.
   *
   * For a 404, pass ids of existing rows in `values`. A DELETE runs after everything else, since it removes them.
   */
  readonly unproven: readonly UntestedOperation[]
}

/** An operation whose successful responses were not compared with the document. */
export interface UntestedOperation {
  readonly operationId: string
  /** Why, such as `never succeeded: 404 × 31, 422 × 12`. */
  readonly reason: string
}

/**
 * Tests an app against its own OpenAPI document, with valid, boundary, broken and hostile requests.
 *
 * It compares each response with the document: the status, the content type, the body, and whether
 * the request had to be accepted or refused. It sends POST, PATCH and DELETE too, so give the app a
 * database of its own. Bodies are JSON or forms with files. Of a stream, only the content type is
 * checked. An operation that never succeeded is in `unproven`: nothing is known about its responses. WebSockets are in
 * `skipped`.
 *
 * @see https://schemathesis.readthedocs.io/
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { app, router } from 'plinth'
 * import { conformance } from 'plinth/testing'
 *
 * const notes = router('/notes')
 * const create = notes.post('/', { body: z.object({ text: z.string().max(80) }), response: z.object({ text: z.string() }), status: 201 },
 *   ({ body }) => body)
 * const api = app({ title: 'Notes', routes: { notes: { create } } })
 *
 * const { findings, unproven, seed } = await conformance(api)
 * if (findings.length > 0) throw new Error(`seed ${seed}: ${JSON.stringify(findings[0])}`)
 * if (unproven.length > 0) throw new Error(JSON.stringify(unproven))
 * ```
 */
export async function conformance<Routes extends AnyRoute>(
  api: App<Routes>,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  checkOptions(options, conformanceOptions, 'conformance()')
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31)
  const document = api.openapi()
  const random = seededRandom(seed)
  const generator: ValueGenerator = { document, random, values: options.values ?? {} }
  const findings: ConformanceFinding[] = []
  const statuses: Record<string, Record<number, number>> = {}
  const skipped = socketsOf(document)
  let requests = 0

  const tryOut = async (target: Target, one: Case): Promise<void> => {
    const { operationId } = target.operation
    const response = await send(one, options, api)
    requests += 1
    const counts = (statuses[operationId] ??= {})
    counts[response.status] = (counts[response.status] ?? 0) + 1
    for (const [kind, detail] of judgeResponse(response, target, { document, ...one }))
      findings.push(findingOf(target, one, { kind, detail }))
  }

  const targets = targetsOf(document.paths).filter((target) => {
    const reason = untestable(target, generator)
    if (reason !== undefined) skipped.push({ operationId: target.operation.operationId, reason })
    return reason === undefined
  })
  // A DELETE removes the rows that the other operations need.
  const { true: last = [], false: first = [] } = Object.groupBy(
    targets,
    ({ method }) => `${method === 'DELETE'}` as const,
  )
  for (const stage of [first, last]) {
    for (const target of stage)
      for (const one of casesOf(target, generator)) await tryOut(target, one)
    for (let run = 0; run < (options.runs ?? 25); run += 1)
      for (const target of stage) {
        const inputs = validInputs(target, generator)
        if (inputs === undefined) continue
        await tryOut(target, caseOf(target, inputs, { name: 'valid', expected: 'accept' }))
      }
  }
  return { seed, requests, findings, statuses, skipped, unproven: unprovenOf(targets, statuses) }
}

/** The reason why an operation cannot be called. */
function untestable(target: Target, generator: ValueGenerator): string | undefined {
  const { requestBody } = target.operation
  if (requestBody !== undefined && mediaTypesOf(target).length === 0)
    return `a body of ${Object.keys(requestBody.content).join(' or ')} cannot be generated`
  if (validInputs(target, generator) === undefined)
    return 'no valid request can be generated from its schemas: pass values'
  return undefined
}

/** The sockets, which have no requests. */
const socketsOf = (document: OpenApiDocument): UntestedOperation[] =>
  Object.values(document['x-websockets'] ?? {}).map(({ operationId }) => ({
    operationId,
    reason: 'a WebSocket: test it with testApp(api).socket()',
  }))

/** The operations that never succeeded, with the statuses they had instead. */
function unprovenOf(
  targets: readonly Target[],
  statuses: ConformanceReport['statuses'],
): UntestedOperation[] {
  return targets.flatMap(({ operation: { operationId } }) => {
    const counts = Object.entries(statuses[operationId] ?? {})
    if (counts.some(([status]) => Number(status) < 400)) return []
    const had = counts.map(([status, count]) => `${status} × ${count}`).join(', ')
    return [{ operationId, reason: `never succeeded: ${had || 'no request was sent'}` }]
  })
}

const targetsOf = (paths: ReturnType<App['openapi']>['paths']): Target[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )

async function send(
  { method, path, headers, body, authenticated }: Case,
  { headers: credentials, fetch }: ConformanceOptions,
  api: Pick<App, 'fetch' | typeof internals>,
): Promise<JudgedResponse> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? null)
  const request = new Request(`http://localhost${api[internals].basePath}${path}`, {
    method,
    headers: {
      ...(authenticated && credentials),
      ...headers,
      ...(bytes && { 'content-length': String(bytes.byteLength) }),
    },
    body: bytes,
  })
  const response = await (fetch ?? api.fetch)(request)
  const type = response.headers.get('content-type')
  // a stream may never end
  const streams = /event-stream|jsonl/.test(type ?? '')
  if (streams) await response.body?.cancel()
  return { status: response.status, type, text: streams ? '' : await response.text() }
}

const short = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text)

const findingOf = (
  { operation }: Target,
  one: Case,
  { kind, detail }: { kind: FindingKind; detail: string },
): ConformanceFinding => ({
  kind,
  operationId: operation.operationId,
  case: one.name,
  request: short(`${one.method} ${one.path}`),
  body: short(typeof one.body === 'string' ? one.body : Buffer.from(one.body ?? '').toString()),
  detail,
})
