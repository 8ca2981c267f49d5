// Rate limits of several processes, and idempotency keys while the process that serves them is killed.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { database } from 'plinth'
import { startPostgres } from '../support/postgres/postgres-server.ts'
import type { LimitedResult, LimitedRun } from './limits-server.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

/** Starts a process of the service, and waits until it is ready. */
async function start(url: string, limit = 100, port = 0): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('limits-server.ts', import.meta.url))
  const env = { ...process.env, NODE_ENV: 'production', VITEST: '' }
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
  const child = fork(path, [url, String(limit), String(port)], { env, stdio: [...stdio] })
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown]
  if (typeof first !== 'string') throw new Error(`The process ended with ${String(first)}`)
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** The size of {@link limitedProcesses}. */
interface LimitedSize extends LimitedRun {
  readonly processes: number
  readonly limit: number
}

/** Sends requests from several processes against one limit per minute. */
export async function limitedProcesses(
  url: string,
  { processes, limit, rate, seconds }: LimitedSize,
) {
  const children = await Promise.all(Array.from({ length: processes }, () => start(url, limit)))
  const results = await Promise.all(
    children.map(async (child) => {
      const result = once(child, 'message')
      child.send({ rate: rate / processes, seconds } satisfies LimitedRun)
      const [told] = (await result) as [LimitedResult]
      return told
    }),
  )
  await Promise.all(children.map(kill))
  const passed = results.flatMap((result) => result.passed).toSorted((a, b) => a - b)
  return {
    asked: results.reduce((sum, { asked }) => sum + asked, 0),
    passed: passed.length,
    /** The most in any minute. */
    most: mostWithin(passed, 60_000),
    /** Responses with 503: the count took too long. */
    uncounted: results.reduce((sum, { others }) => sum + (others[503] ?? 0), 0),
    others: results.flatMap(({ others }) => Object.keys(others).filter((one) => one !== '503')),
  }
}

/** The most of these times, in order, within a span of milliseconds. */
function mostWithin(times: readonly number[], span: number): number {
  let most = 0
  let first = 0
  for (const [last, time] of times.entries()) {
    while (time - times[first]! >= span) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

/** The size of {@link keyedRequests}. */
interface KeyedSize {
  readonly requests: number
  readonly kills: number
  readonly connections: number
}

/** Sends requests with a key each, a fifth of them again, while the server is killed and started again. */
export async function keyedRequests(url: string, { requests, kills, connections }: KeyedSize) {
  const db = database(url)
  await db.execute('create table if not exists effects (name text not null)')
  const port = await freePort()
  let child = await start(url, 100, port)
  const responses = new Map<string, Set<string>>()
  const totals = { sent: 0, lost: 0, inFlight: 0, replayed: 0, wrong: 0 }
  const send = async (name: string): Promise<void> => {
    for (;;) {
      totals.sent++
      const response = await fetch(`http://127.0.0.1:${port}/effects`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': `"${name}-0123456789abcdefghij"`,
        },
        body: JSON.stringify({ name }),
      }).catch(() => undefined)
      const text = await response?.text().catch(() => undefined)
      if (response?.status === 201 && text !== undefined) {
        if (response.headers.has('idempotent-replayed')) totals.replayed++
        responses.set(name, (responses.get(name) ?? new Set()).add(text))
        return
      }
      if (response === undefined || text === undefined) totals.lost++
      else if (response.status === 409) totals.inFlight++
      else if (response.status !== 503) {
        totals.wrong++
        return
      }
      await delay(20)
    }
  }
  let next = 0
  const client = async (): Promise<void> => {
    for (let at = next++; at < requests; at = next++) {
      const name = `n${at}`
      // A fifth is sent twice: at the same time, or once more afterwards.
      if (at % 10 === 0) await Promise.all([send(name), send(name)])
      else await send(name)
      if (at % 10 === 5) await send(name)
    }
  }
  const clients = Promise.all(Array.from({ length: connections }, client))
  for (let round = 1; round <= kills; round++) {
    const due = (requests * round) / (kills + 1)
    const isDue = (): boolean => next >= due
    while (!isDue()) await delay(5)
    await kill(child)
    child = await start(url, 100, port)
  }
  await clients
  await kill(child)
  const { rows } = await db.execute(
    'select count(*)::int as effects, count(distinct name)::int as names from effects',
  )
  await db.close()
  const differing = [...responses.values()].filter(({ size }) => size !== 1).length
  return { ...totals, ...(rows[0] as { effects: number; names: number }), differing }
}

/** The full form: four processes for 75 seconds, and 5,000 keys with 10 kills. */
export async function load() {
  const server = await startPostgres()
  try {
    const size = { processes: 4, limit: 100, rate: 1000, seconds: 75 }
    const limits = await limitedProcesses(server.url, size)
    const requests = 5000
    const keys = await keyedRequests(server.url, { requests, kills: 10, connections: 20 })
    const problems = [
      ...(limits.most > size.limit + size.processes ? ['more requests were let through'] : []),
      ...(limits.others.length > 0 ? ['responses other than 200, 429 and 503'] : []),
      ...(keys.effects === requests && keys.names === requests
        ? []
        : ['a key took effect twice, or never']),
      ...(keys.differing > 0 ? ['a retry got another response'] : []),
      ...(keys.wrong > 0 ? ['responses other than 201, 409 and 503'] : []),
    ]
    return {
      tables: {
        'A limit of 100 per minute, four processes, 1,000 requests per second': [
          { ...limits, others: limits.others.join() },
        ],
        '5,000 idempotency keys, a fifth sent twice, the server killed ten times': [keys],
      },
      problems,
    }
  } finally {
    await server.stop()
  }
}
