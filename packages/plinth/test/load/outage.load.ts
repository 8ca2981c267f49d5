// The database killed for 10 s under load, as traces, metrics and the log tell of it: npm run load -- outage
import { setTimeout as delay } from 'node:timers/promises'
import type { Load } from './main.ts'
import { runOutage, valueOf, type OutageRun } from './outage-run.ts'

const rate = 200
/** The code of the outage. A busy machine has refusals of its own, with another code. */
const unavailable = 'PLINTH_DATABASE_UNAVAILABLE'

/** The beginning and the end of the outage, by a source that may not have them. */
interface Told {
  readonly source: string
  readonly from: number | undefined
  readonly to: number | undefined
}

function toldBy({ spans, samples, lines, responses, killedAt, backAt }: OutageRun): Told[] {
  const ms = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n)
  const statements = spans.filter(
    ({ kind, attributes }) => kind === 'client' && attributes['error.type'] === unavailable,
  )
  const refused = responses.filter(({ code }) => code === unavailable)
  const down = samples.findIndex((sample) => valueOf(sample, 'plinth_db_available') === 0)
  const up = samples.findIndex(
    (sample, at) => at > down && valueOf(sample, 'plinth_db_available') === 1,
  )
  const timeOf = (part: string): number | undefined => {
    const line = lines.find(({ msg }) => msg.includes(part))
    return line && Date.parse(line.time)
  }
  return [
    { source: 'the database: killed, and reached by another client', from: killedAt, to: backAt },
    { source: 'clients: first and last 503 with its code', ...spanOf(refused.map(({ at }) => at)) },
    {
      source: 'trace: statements that failed, first start and last end',
      ...spanOf(statements.flatMap(({ start, end }) => [ms(start), ms(end)])),
    },
    {
      source: 'metrics: plinth_db_available is 0, and 1 again',
      from: samples[down]?.at,
      to: samples[up]?.at,
    },
    {
      source: 'log: "has been away for …", "is back after …"',
      from: timeOf('has been away for'),
      to: timeOf('is back after'),
    },
  ]
}

const spanOf = (times: readonly number[]): Omit<Told, 'source'> => ({
  from: times.length === 0 ? undefined : Math.min(...times),
  to: times.length === 0 ? undefined : Math.max(...times),
})

const countBy = (values: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(values, (value) => value)].map(([key, { length }]) => [key, length]),
  )

/** The full form: 10 s without a database, with the load shedding of production. */
export const load: Load['load'] = async () => {
  process.env['NODE_ENV'] = 'production'
  const run = await runOutage({
    rate,
    connectTimeout: 2000,
    acquireTimeout: 2000,
    before: () => delay(5000),
    during: () => delay(10_000),
    after: () => delay(5000),
  })
  const { responses, spans, samples, lines, killedAt } = run
  const told = toldBy(run)
  const since = (time: number | undefined): string =>
    time === undefined ? 'not told' : `${((time - killedAt) / 1000).toFixed(2)} s`
  const last = samples.at(-1)!
  const statements = spans.filter(({ isError, kind }) => isError && kind === 'client')
  const late = responses.filter(
    ({ sentAt, code }) => sentAt > run.backAt + 2000 && code === unavailable,
  )
  return {
    tables: {
      [`A database killed with SIGKILL, ${rate} requests per second`]: told.map(
        ({ source, from, to }) => ({ source, began: since(from), ended: since(to) }),
      ),
      'Responses, by status and code': [
        countBy(responses.map(({ status, code }) => `${status} ${code}`.trim())),
      ],
      'Spans of statements with an error, by error.type': [
        countBy(statements.map(({ attributes }) => String(attributes['error.type']))),
      ],
      'Metrics at the end': [
        'plinth_db_away_time_seconds_total',
        'plinth_shed_requests_total',
        'db_client_connection_timeouts_total',
      ].map((metric) => ({ metric, value: valueOf(last, metric) })),
      Log: lines
        .filter(({ msg }) => /^The database \S+ (?:has been away|is back)/.test(msg))
        .map(({ time, level, msg }) => ({ time, level, msg })),
    },
    problems: [
      ...told.flatMap(({ source, from, to }) =>
        from === undefined || to === undefined ? [`not told by ${source}`] : [],
      ),
      ...(late.length > 0 ? [`${late.length} requests failed more than 2 s after the outage`] : []),
    ],
  }
}
