// The CPU of a list with OpenTelemetry, beside the same list without it: npm run load -- tracing
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createToken, database } from 'plinth'
import { startPostgres } from '../support/postgres/postgres-server.ts'
import { otlpCollector } from '../support/telemetry/otlp-collector.ts'
import type { Load } from './main.ts'

/** The part of the traces that is sampled, by the name of the service; without an SDK for `undefined`. */
const services: Readonly<Record<string, number | undefined>> = {
  'without an SDK': undefined,
  'SDK, nothing sampled': 0,
  'SDK, 1 % sampled': 0.01,
  'SDK, everything sampled': 1,
}
/** The part of its CPU that a list may cost more with 1 % sampled. */
const most = 0.1

/** How much is measured. */
export interface TracingLoad {
  readonly rounds: number
  /** Requests of each service in each round, and before the first one. */
  readonly requests: number
  readonly warmUp: number
}

interface Service {
  readonly name: string
  readonly process: ChildProcess
  readonly url: string
  /** Microseconds of CPU per request, by round. */
  readonly cost: number[]
}

/** The lower quartile: other work on the machine makes a round dearer, and never cheaper. */
const quartile = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN

const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')

async function start(name: string, env: Record<string, string>): Promise<Service> {
  const script = fileURLToPath(new URL('tracing-server.ts', import.meta.url))
  const child = fork(script, {
    env: { ...process.env, ...env, NODE_ENV: 'production', VITEST: '', SECRET: secret },
    execArgv: [],
  })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return { name, process: child, url, cost: [] }
}

async function cpuOf({ process: child }: Service): Promise<number> {
  child.send('flush')
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }]
  return cpu.user + cpu.system
}

/** Sends requests over eight connections. Throws if one of them is refused. */
async function send(url: string, headers: Record<string, string>, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  let left = count
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      request(`${url}/notes`, { agent, headers }, (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) resolve()
          else reject(new Error(`the list was refused with ${response.statusCode}`))
        })
      })
        .on('error', reject)
        .end()
    })
  const client = async (): Promise<void> => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: 8 }, client))
  agent.destroy()
}

/** Measures the services in turn, so that all of them share the moods of the machine. */
export async function measureTracing({ rounds, requests, warmUp }: TracingLoad): Promise<{
  readonly cost: Readonly<Record<string, number>>
  readonly ratio: Readonly<Record<string, number>>
  readonly spans: number
}> {
  const server = await startPostgres()
  await using collector = await otlpCollector()
  const running: Service[] = []
  try {
    const db = database(server.url)
    await db.execute('create table notes (id uuid primary key, text text, user_id text)')
    await db.execute(
      `insert into notes select gen_random_uuid(), 'note ' || n, 'ann' from generate_series(1, 20) n`,
    )
    await db.close()
    const headers = { authorization: `Bearer ${await createToken(secret, { sub: 'ann' })}` }
    for (const [name, ratio] of Object.entries(services)) {
      const given = ratio === undefined ? {} : { RATIO: String(ratio) }
      const env = { ...given, DATABASE_URL: server.url, COLLECTOR: collector.url }
      const service = await start(name, env)
      running.push(service)
      await send(service.url, headers, warmUp)
    }
    for (let round = 0; round < rounds; round++)
      for (const service of running) {
        const before = await cpuOf(service)
        await send(service.url, headers, requests)
        service.cost.push(((await cpuOf(service)) - before) / requests)
      }
    const costs = running.map(({ name, cost }) => [name, quartile(cost)] as const)
    const plain = costs[0]?.[1] ?? Number.NaN
    return {
      cost: Object.fromEntries(costs),
      ratio: Object.fromEntries(costs.map(([name, cost]) => [name, cost / plain])),
      spans: collector.spans.length,
    }
  } finally {
    for (const { process: child } of running) child.kill('SIGKILL')
    await server.stop()
  }
}

export const load: Load['load'] = async () => {
  const { cost, ratio } = await measureTracing({ rounds: 25, requests: 2000, warmUp: 10_000 })
  const sampled = ratio['SDK, 1 % sampled'] ?? Number.NaN
  return {
    tables: {
      'CPU of a list of 20 rows (µs), lower quartile of interleaved rounds': Object.keys(
        services,
      ).map((name) => ({
        service: name,
        µs: Math.round((cost[name] ?? 0) * 10) / 10,
        ratio: Math.round((ratio[name] ?? 0) * 1000) / 1000,
      })),
    },
    problems:
      sampled <= 1 + most
        ? []
        : [`1 % sampled costs ${sampled.toFixed(3)} times the CPU of a list`],
  }
}
