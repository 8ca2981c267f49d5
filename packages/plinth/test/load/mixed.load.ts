// A mix of requests for a long time: memory, open files and response times must stay flat.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { createToken } from '../../src/index.ts'
import { secret } from '../support/cli-project.ts'
import { startPostgres } from '../support/postgres/postgres-server.ts'
import type { Load } from './main.ts'
import { mixedClients, type KindCounts } from './mixed-clients.ts'
import { mixedProject, notes } from './mixed-service.ts'
import { startWorkers } from './worker-service.ts'

const owner = 'the-caller'

/** The outcomes of a period, and the use of the machine at its end. */
export interface Period {
  readonly kinds: readonly KindCounts[]
  /** Megabytes of all workers together, at the end of the period. */
  readonly rss: number
  /** Open files and sockets of all workers together. */
  readonly handles: number
}

/** Options of {@link mixedLoad}. */
export interface MixedLoadOptions {
  readonly periods: number
  /** Seconds of a period. */
  readonly seconds: number
  readonly connections: number
  readonly onPeriod?: (period: Period) => void
}

/** Loads a service with two workers on Postgres for a number of periods. */
export async function mixedLoad(options: MixedLoadOptions): Promise<readonly Period[]> {
  const { periods, seconds, connections, onPeriod } = options
  const postgres = await startPostgres()
  try {
    const ids = await seed(postgres.url)
    using project = mixedProject(postgres.url)
    await using service = await startWorkers(project.folder, 2)
    const token = await createToken(secret, { sub: owner, expiresIn: 7200 })
    const clients = mixedClients({ url: service.url, token, ids, connections, pause: 20 })
    const all: Period[] = []
    for (let period = 0; period < periods; period++) {
      await sleep(seconds * 1000)
      all.push({ kinds: clients.take(), ...usageOf(service.serving()) })
      onPeriod?.(all.at(-1)!)
    }
    await clients.stop()
    service.kill('SIGTERM')
    await service.ended
    return all
  } finally {
    await postgres.stop()
  }
}

async function seed(url: string): Promise<string[]> {
  const db = new Client(url)
  await db.connect()
  await db.query(`create table notes (
    id uuid primary key default gen_random_uuid(), text varchar(100) not null, user_id text not null)`)
  const { rows } = await db.query<{ id: string }>(
    'insert into notes (text, user_id) select n::text, $1 from generate_series(1, $2::int) n returning id',
    [owner, notes],
  )
  await db.end()
  return rows.map(({ id }) => id)
}

function usageOf(pids: readonly number[]): Pick<Period, 'rss' | 'handles'> {
  const usages = pids.map((pid) => {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return { rss: Number(kilobytes) / 1000, handles: readdirSync(`/proc/${pid}/fd`).length }
  })
  return {
    rss: usages.reduce((sum, { rss }) => sum + rss, 0),
    handles: usages.reduce((sum, { handles }) => sum + handles, 0),
  }
}

/** The requests of a period with another outcome than the expected one. */
export const unexpected = ({ kinds }: Period): Record<string, number>[] =>
  kinds.filter(({ others }) => Object.keys(others).length > 0).map(({ others }) => others)

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length

const minutes = 60

export const load: Load['load'] = async () => {
  const rows: object[] = []
  const onPeriod = (period: Period): void => {
    const { kinds, rss, handles } = period
    const row = {
      minute: rows.length + 1,
      requests: kinds.reduce((sum, { sent }) => sum + sent, 0),
      ...Object.fromEntries(
        kinds.map(({ name, p50, p99 }) => [name, `${p50.toFixed(1)} / ${p99.toFixed(1)}`]),
      ),
      MB: Math.round(rss),
      handles,
      unexpected: JSON.stringify(unexpected(period)),
    }
    rows.push(row)
    console.log(JSON.stringify(row))
  }
  const all = await mixedLoad({ periods: minutes, seconds: 60, connections: 16, onPeriod })
  const [early, late] = [all.slice(10, 20), all.slice(-10)]
  const growth = (of: (period: Period) => number): number =>
    mean(late.map(of)) / mean(early.map(of))
  const p99 = (period: Period): number => period.kinds[0]!.p99
  const flat = {
    memory: growth(({ rss }) => rss),
    handles: growth(({ handles }) => handles),
    'p99 of reads': growth(p99),
  }
  return {
    tables: {
      'Milliseconds, p50 / p99': rows,
      'The last ten minutes, in multiples of minutes 11 to 20': [flat],
    },
    problems: [
      ...Object.entries(flat)
        .filter(([, times]) => times > 1.15)
        .map(([what, times]) => `${what} grew ${times.toFixed(2)} times`),
      ...(all.some((period) => unexpected(period).length > 0) ? ['unexpected outcomes'] : []),
    ],
  }
}
