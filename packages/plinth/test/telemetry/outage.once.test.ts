// @module-tag postgres
// The short form of `npm run load -- outage`: what traces, metrics, the log and the development page tell, and in which
// order.
import { context, propagation, trace } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { errorGroups } from '../../src/devtools/errors/error-groups.ts'
import { DevPage } from '../../src/devtools/dev-page.ts'
import { stopMetrics } from '../../src/telemetry/metrics/start-metrics.ts'
import { runOutage, valueOf, type OutageRun } from '../load/outage-run.ts'
import type { SentSpan } from '../support/telemetry/otlp-spans.ts'

const unavailable = 'PLINTH_DATABASE_UNAVAILABLE'
const page = new DevPage({
  root: import.meta.dirname,
  assets: import.meta.dirname,
  service: () => {
    throw new Error('the page is not opened here')
  },
})
let run: OutageRun

beforeAll(async () => {
  run = await runOutage({
    rate: 20,
    connectTimeout: 1500,
    acquireTimeout: 300,
    around: (served) => page.around(served),
    before: ({ responses }) => until(() => responses.length > 10),
    during: ({ responses, samples, lines }) =>
      until(
        () =>
          responses.some(({ code }) => code === unavailable) &&
          samples.some((sample) => available(sample) === 0) &&
          lines.some(({ msg }) => msg.includes('has been away')),
      ),
    after: async ({ responses, samples }) => {
      await until(() => responses.slice(-20).every(({ status }) => status === 200))
      // One that began after the last response of the outage.
      const { length } = samples
      await until(() => samples.length > length + 1)
    },
  })
})
afterAll(() => {
  for (const each of [trace, context, propagation]) each.disable()
  stopMetrics()
})

/** Hooks have no `expect.poll`. */
const until = (isSeen: () => boolean): Promise<unknown> =>
  vi.waitFor(() => expect(isSeen()).toBe(true), { timeout: 120_000 })
const available = (sample: OutageRun['samples'][number]): number | undefined =>
  valueOf(sample, 'plinth_db_available')
const refused = () => run.responses.filter(({ status }) => status === 503)
/** The spans of requests in the order in which they began, the scrapes of the metrics left out. */
const requests = (): SentSpan[] =>
  run.spans
    .filter(({ name }) => name === 'GET /notes')
    .toSorted((a, b) => Number(a.start - b.start))
const statementsOf = ({ traceId }: SentSpan): SentSpan[] =>
  run.spans.filter((span) => span.traceId === traceId && span.kind === 'client')

describe('while the database of a service is away', () => {
  it('requests are 200 before, 503 meanwhile, and 200 after it', () => {
    const { responses, killedAt } = run
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200, 503]))
    for (const { at, status } of responses) if (at < killedAt) expect(status).toBe(200)
    const codes = new Set(refused().map(({ code }) => code))
    expect([unavailable, 'PLINTH_DATABASE_BUSY']).toEqual(expect.arrayContaining([...codes]))
  })

  it('its traces have the refused requests, with the statements that failed, and none after it', () => {
    const failed = requests().filter(({ isError }) => isError)
    expect(failed).toHaveLength(refused().length)
    for (const span of failed) {
      expect(span.attributes).toMatchObject({
        'error.type': '503',
        'http.response.status_code': 503,
        'http.route': '/notes',
      })
      expect(statementsOf(span).some(({ isError }) => isError)).toBe(true)
    }
    const types = failed.flatMap((span) =>
      statementsOf(span).map(({ attributes }) => attributes['error.type']),
    )
    expect(types).toContain(unavailable)
    // 57P01: Postgres stops. 57P03: it is starting up.
    const known = new Set([unavailable, 'PLINTH_DATABASE_BUSY', '57P01', '57P03'])
    expect(types.filter((type) => !known.has(String(type)))).toEqual([])
    // A request that began during the outage may end after the first ones that succeed.
    const over = failed.reduce((last, { end }) => (end > last ? end : last), 0n)
    const later = requests().filter(({ start }) => start > over)
    expect(later).not.toEqual([])
    for (const span of later)
      expect([span, ...statementsOf(span)].map(({ kind, isError }) => [kind, isError])).toEqual([
        ['server', false],
        ['client', false],
      ])
  })

  it('its metrics say when it was away, for how long, and what that did', () => {
    const { samples } = run
    const states = samples.map(available)
    expect(states.filter((state, at) => state !== states[at - 1])).toEqual([1, 0, 1])
    const away = samples.map((sample) => valueOf(sample, 'plinth_db_away_time_seconds_total'))
    expect(away[0]).toBe(0)
    expect(away).toEqual(away.toSorted((a, b) => a! - b!))
    const back = states.lastIndexOf(0) + 1
    expect(away[back]).toBeGreaterThan(0)
    expect(away.at(-1)).toBe(away[back])
    const last = samples.at(-1)!
    const count = (labels: Record<string, string>) =>
      valueOf(last, 'http_server_request_duration_seconds_count', {
        http_route: '/notes',
        ...labels,
      })
    expect(count({ error_type: '503' })).toBe(refused().length)
    const busy = refused().filter(({ code }) => code === 'PLINTH_DATABASE_BUSY')
    expect(valueOf(last, 'db_client_connection_timeouts_total')).toBe(busy.length)
    const failed = { error_type: unavailable }
    const statements = 'db_client_operation_duration_seconds_count'
    expect(valueOf(samples[0]!, statements, failed)).toBeUndefined()
    expect(valueOf(last, statements, failed)).toBeGreaterThan(0)
    expect(valueOf(last, 'db_client_connection_pending_requests')).toBe(0)
    expect(valueOf(last, 'db_client_connection_count')).toBeGreaterThan(0)
  })

  it('its log has one line for the beginning and one for the end, and each refusal between', () => {
    const told = run.lines.map(({ msg }) => msg).filter((msg) => msg.startsWith('The database 1'))
    expect(told).toEqual([
      expect.stringMatching(/^The database 127\.0\.0\.1:\d+\/postgres has been away for \d/),
      expect.stringMatching(/^The database 127\.0\.0\.1:\d+\/postgres is back after \d/),
    ])
    const ofRefusals = run.lines.filter(({ code }) => code?.startsWith('PLINTH_DATABASE_'))
    expect(ofRefusals).toHaveLength(refused().length)
    const traces = new Set(requests().map(({ traceId }) => traceId))
    for (const { trace_id: traceId = '' } of ofRefusals) expect(traces).toContain(traceId)
    const reasons = new Set(ofRefusals.map(({ code, err }) => `${code} ${err?.code}`))
    expect(ofRefusals.filter(({ err }) => err?.stack !== undefined)).toHaveLength(reasons.size)
  })

  it('the development page has the refused requests as errors, and later ones without', () => {
    const group = errorGroups(page.recorder).find(({ code }) => code === unavailable)!
    expect(group).toMatchObject({ method: 'GET', route: '/notes', status: 503, kind: 'request' })
    expect(group.count).toBe(refused().filter(({ code }) => code === unavailable).length)
    const newest = page.recorder.get(group.requests[0]!)!
    expect(newest.spans.filter(({ kind }) => kind === 'sql')).toMatchObject([
      { error: unavailable },
    ])
    expect(newest.lines.map(({ message }) => message)).toContain(group.error.title)
    const all = [...page.recorder.all()].filter(({ route }) => route === '/notes')
    const later = all.slice(all.findLastIndex(({ status }) => status === 503) + 1)
    expect(new Set(later.map(({ status }) => status))).toEqual(new Set([200]))
  })
})
