// A service whose database is killed under load, and everything that tells of it.
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { app, createLogger, database, id, model, router, serve } from 'plinth'
import * as z from 'zod'
import { internals } from '../../src/http/internals.ts'
import type { Servable } from '../../src/server/serve.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'
import { otlpCollector } from '../support/telemetry/otlp-collector.ts'
import type { SentSpan } from '../support/telemetry/otlp-spans.ts'
import { parsePrometheus, type Family } from '../support/telemetry/prometheus-parser.ts'
import { registerSdk } from '../support/telemetry/register-sdk.ts'

/** A response, and when it was asked for and came. Times are in milliseconds since 1970. */
export interface TimedResponse {
  readonly sentAt: number
  readonly at: number
  readonly status: number
  /** The code of the problem document; empty for a success. */
  readonly code: string
}

/** The metrics at a moment. */
export interface MetricSample {
  readonly at: number
  readonly families: ReadonlyMap<string, Family>
}

/** A line of the log, as it was written. */
export interface OutageLine {
  readonly time: string
  readonly level: string
  readonly msg: string
  /** The code of the problem that a line is about. */
  readonly code?: string
  readonly trace_id?: string
  readonly err?: { readonly code?: string; readonly stack?: string }
}

/** Everything that is seen while the service runs. The arrays grow. */
export interface Seen {
  readonly responses: readonly TimedResponse[]
  readonly samples: readonly MetricSample[]
  readonly lines: readonly OutageLine[]
}

/** How the database fails. */
export interface OutageOptions {
  /** Requests per second. */
  readonly rate: number
  readonly connectTimeout: number
  readonly acquireTimeout: number
  /** Resolves when there were enough requests before the outage; and, after the kill, when it has lasted long enough. */
  readonly before: (seen: Seen) => Promise<unknown>
  readonly during: (seen: Seen) => Promise<unknown>
  /** Resolves when nothing of the outage is left, once the database runs again. */
  readonly after: (seen: Seen) => Promise<unknown>
  /** Puts something in front of the app. */
  readonly around?: (served: Servable) => Servable
}

/** An outage with all that was seen. */
export interface OutageRun extends Seen {
  readonly spans: readonly SentSpan[]
  /** When the database was killed, and when a client beside the service reached it again. */
  readonly killedAt: number
  readonly backAt: number
}

const Note = model('notes', { id: id(), text: z.string() })

/** Serves notes from a database that is killed with SIGKILL, and started again. */
export async function runOutage(options: OutageOptions): Promise<OutageRun> {
  const postgres = await startPostgres({ resumable: true })
  await using collector = await otlpCollector()
  const provider = registerSdk({ url: collector.url })
  const { connectTimeout, acquireTimeout, around = (served) => served } = options
  const db = database(postgres.url, { connectTimeout, acquireTimeout })
  const lines: OutageLine[] = []
  const log = createLogger({
    level: 'warn',
    format: 'json',
    destination: { write: (line) => lines.push(JSON.parse(line) as OutageLine) },
  })
  const notes = router('/notes', { dependencies: { db } })
  const list = notes.get('/', { response: z.array(Note) }, ({ db }) => db.select().from(Note))
  const api = app({
    title: 'Notes',
    routes: { notes: { list } },
    metrics: true,
    log,
    // The clients share the event loop with the server, which would count them as its overload.
    limits: { eventLoopDelay: 0 },
  })
  try {
    await db.execute('create table notes (id uuid primary key, text text)')
    await db.execute(`insert into notes select gen_random_uuid(), 'note'`)
    const served: Servable = {
      fetch: (request) => api.fetch(request),
      start: () => api.start(),
      stop: () => api.stop(),
      log,
      [internals]: api[internals],
    }
    const server = await serve(around(served), { port: 0, hostname: '127.0.0.1', signals: false })
    const clients = new Clients(server.url, options.rate)
    try {
      const seen = { responses: clients.responses, samples: clients.samples, lines }
      const times = await fail(postgres, seen, options)
      await clients.stop()
      await provider.forceFlush()
      return { ...seen, ...times, spans: [...collector.spans] }
    } finally {
      await clients.stop()
      await server.close()
    }
  } finally {
    await db.close()
    await provider.shutdown()
    await postgres.stop()
  }
}

async function fail(
  postgres: PostgresServer,
  seen: Seen,
  { before, during, after }: OutageOptions,
): Promise<Pick<OutageRun, 'killedAt' | 'backAt'>> {
  await before(seen)
  const killedAt = Date.now()
  await postgres.kill()
  await during(seen)
  const [backAt] = await Promise.all([reachedAt(postgres.url), postgres.resume()])
  await after(seen)
  return { killedAt, backAt }
}

/** When a client beside the service first gets a connection. */
async function reachedAt(url: string): Promise<number> {
  for (;;) {
    const witness = new Client({ connectionString: url })
    witness.on('error', () => {})
    const isReached = await witness.connect().then(
      () => true,
      () => false,
    )
    const at = Date.now()
    await witness.end()
    if (isReached) return at
    await delay(20)
  }
}

/** Clients that ask at a fixed rate, however long the responses take, and a scraper of the metrics. */
class Clients {
  readonly responses: TimedResponse[] = []
  readonly samples: MetricSample[] = []
  readonly #url: string
  readonly #asked = new Set<Promise<void>>()
  readonly #running: Promise<unknown>
  #isStopped = false

  constructor(url: string, rate: number) {
    this.#url = url
    this.#running = Promise.all([this.#ask(rate), this.#scrape()])
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
    await Promise.all(this.#asked)
  }

  async #ask(rate: number): Promise<void> {
    const started = performance.now()
    for (let sent = 0; !this.#isStopped; await delay(5)) {
      const due = ((performance.now() - started) / 1000) * rate
      // A process that was busy for a while does not send everything that was due at once.
      if (due - sent > rate) sent = due - 1
      for (; sent < due; sent++) {
        const asking: Promise<void> = this.#one().finally(() => this.#asked.delete(asking))
        this.#asked.add(asking)
      }
    }
  }

  async #one(): Promise<void> {
    const sentAt = Date.now()
    const response = await fetch(`${this.#url}/notes`)
    const body = (await response.json()) as { readonly code?: string }
    this.responses.push({
      sentAt,
      at: Date.now(),
      status: response.status,
      code: body.code ?? '',
    })
  }

  async #scrape(): Promise<void> {
    for (; !this.#isStopped; await delay(100)) {
      const response = await fetch(`${this.#url}/metrics`)
      const text = await response.text()
      if (response.status !== 200) throw new Error(`/metrics: ${response.status} ${text}`)
      this.samples.push({ at: Date.now(), families: parsePrometheus(text) })
    }
  }
}

/** The sum of the samples of a metric with these labels; `undefined` without a sample. */
export function valueOf(
  { families }: MetricSample,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_count$/, ''))
  const found = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}
