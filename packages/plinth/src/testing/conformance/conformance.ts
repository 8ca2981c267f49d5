import type { App } from '../../app/app.types.ts'
import type { AnyRoute } from '../../routing/client-route.types.ts'
import { casesOf } from './conformance-cases.ts'
import { caseOf, mediaTypesOf, type Case, type Target, validInputs } from './conformance-request.ts'
import type { ValueGenerator } from './generate-value.ts'
import { judgeAnswer, type FindingKind, type JudgedAnswer } from './judge-answer.ts'
import { seededRandom } from './seeded-random.ts'

export type { FindingKind } from './judge-answer.ts'

/** How {@link conformance} drives an app. */
export interface ConformanceOptions {
  /** Headers of every request that authenticates, as `{ authorization: 'Bearer …' }`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /** How a request is answered. Default: by the app itself, without a port. */
  readonly fetch?: (request: Request) => Response | Promise<Response>
  /**
   * Values to use where a schema does not say what there is, by the name of the parameter or field: ids of rows that
   * exist. An empty list leaves an optional one out of requests that must be accepted.
   */
  readonly values?: Readonly<Record<string, readonly unknown[]>>
  /** Random valid requests for each operation, besides the systematic ones. Default 25. */
  readonly runs?: number
  /** The same seed sends the same requests. Default: another one each time. */
  readonly seed?: number
}

/** One disagreement between the document and the server. */
export interface ConformanceFinding {
  readonly kind: FindingKind
  readonly operationId: string
  /** What was particular about the request, as `body title: maxLength + 1`. */
  readonly case: string
  /** Method and path with its query, cut short. */
  readonly request: string
  /** The body, cut short. */
  readonly body: string
  /** What was wrong with the answer. */
  readonly detail: string
}

/** What {@link conformance} found. */
export interface ConformanceReport {
  readonly seed: number
  /** How many requests were sent. */
  readonly requests: number
  readonly findings: readonly ConformanceFinding[]
  /** By operation, how often each status came. */
  readonly statuses: Readonly<Record<string, Readonly<Record<number, number>>>>
  /** Operations for which no valid request could be made: give `values` for what their schemas do not say. */
  readonly skipped: readonly string[]
}

/**
 * Drives every operation of an app's OpenAPI document with valid, boundary, broken and hostile requests, and compares
 * each answer with the document: its status, content type and body, and whether it was right to accept or refuse.
 *
 * It sends POST, PATCH and DELETE too: give it a database of its own. Bodies are JSON or forms, with files; of streams
 * only the content type is looked at.
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
 * const { findings, seed } = await conformance(api)
 * if (findings.length > 0) throw new Error(`seed ${seed}: ${JSON.stringify(findings[0])}`)
 * ```
 */
export async function conformance<Routes extends AnyRoute>(
  api: App<Routes>,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31)
  const document = api.openapi()
  const random = seededRandom(seed)
  const generator: ValueGenerator = { document, random, values: options.values ?? {} }
  const findings: ConformanceFinding[] = []
  const statuses: Record<string, Record<number, number>> = {}
  const skipped: string[] = []
  let requests = 0

  const tryOut = async (target: Target, one: Case): Promise<void> => {
    const { operationId } = target.operation
    const answer = await send(one, options, api)
    requests += 1
    const counts = (statuses[operationId] ??= {})
    counts[answer.status] = (counts[answer.status] ?? 0) + 1
    for (const [kind, detail] of judgeAnswer(answer, target, { document, ...one }))
      findings.push(findingOf(target, one, { kind, detail }))
  }

  const targets = targetsOf(document.paths).filter((target) => {
    const can = isMade(target) && validInputs(target, generator) !== undefined
    if (!can) skipped.push(target.operation.operationId)
    return can
  })
  for (const target of targets)
    for (const one of casesOf(target, generator)) await tryOut(target, one)
  for (let run = 0; run < (options.runs ?? 25); run += 1)
    for (const target of targets) {
      const inputs = validInputs(target, generator)
      if (inputs === undefined) continue
      await tryOut(target, caseOf(target, inputs, { name: 'valid', expected: 'accept' }))
    }
  return { seed, requests, findings, statuses, skipped }
}

const targetsOf = (paths: ReturnType<App['openapi']>['paths']): Target[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )

const isMade = (target: Target): boolean =>
  target.operation.requestBody === undefined || mediaTypesOf(target).length > 0

async function send(
  { method, path, headers, body, authenticated }: Case,
  { headers: credentials, fetch }: ConformanceOptions,
  api: Pick<App, 'fetch'>,
): Promise<JudgedAnswer> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? null)
  const request = new Request(`http://localhost${path}`, {
    method,
    headers: {
      ...(authenticated && credentials),
      ...headers,
      ...(bytes && { 'content-length': String(bytes.byteLength) }),
    },
    body: bytes,
  })
  const answer = await (fetch ?? api.fetch)(request)
  const type = answer.headers.get('content-type')
  // A stream may have no end.
  const streams = /event-stream|jsonl/.test(type ?? '')
  if (streams) await answer.body?.cancel()
  return { status: answer.status, type, text: streams ? '' : await answer.text() }
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
