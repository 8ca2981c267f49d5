// The CPU of a list with telemetry, beside the same list without it, for Plinth and its peers.
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createToken, database } from 'plinth'
import { cpuOf } from '../../../../bench/src/process-usage.ts'
import { startPostgres } from '../support/postgres/postgres-server.ts'
import {
  allContenders,
  startContender,
  stopContender,
  type RunningContender,
} from './telemetry-contenders.ts'

/** The part of its CPU that a list of Plinth may cost more with traces, 1 % of them sampled. */
const most = 0.1
const users = 100
const connections = 16
/** Milliseconds in which batches that wait are sent: both SDKs send every five seconds. */
const batches = 6000

/** How much is measured. */
interface Size {
  readonly rounds: number
  /** Milliseconds of each contender in each round, and before the first one. */
  readonly turn: number
  readonly warmUp: number
}

/** The CPU and the requests of a contender, by round. */
interface Used {
  readonly contender: RunningContender
  /** Microseconds of CPU of its process so far, and requests, at the start of each turn, and at the end. */
  readonly cpu: number[]
  readonly requests: number[]
}

const tables = `
  create table tasks (
    id uuid primary key default gen_random_uuid(), title varchar(200) not null, description varchar(2000),
    completed boolean not null default false, priority text not null default 'medium', due_at timestamptz(3),
    project_id uuid, user_id text not null, created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now()
  );
  create index on tasks (user_id, created_at);
  insert into tasks (title, description, user_id, due_at, created_at)
    select 'Task ' || n || ' of ' || u, case n % 3 when 0 then null else repeat('What is to be done. ', n % 4) end,
      'user-' || u, case n % 4 when 0 then null else now() end, now() - n * interval '61 seconds'
    from generate_series(1, ${users}) u, generate_series(1, 50) n;
  analyze tasks;
`

/** Sends lists over kept connections until the time is over. Returns their number. */
async function send(url: string, tokens: readonly string[], milliseconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const end = performance.now() + milliseconds
  let sent = 0
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const authorization = tokens[sent++ % tokens.length]!
      request(`${url}/api/tasks`, { agent, headers: { authorization } }, (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) resolve()
          else reject(new Error(`${url} refused the list with ${response.statusCode}`))
        })
      })
        .on('error', reject)
        .end()
    })
  const client = async (): Promise<void> => {
    while (performance.now() < end) await one()
  }
  await Promise.all(Array.from({ length: connections }, client))
  agent.destroy()
  return sent
}

/** Gives each contender its turns. Work after a turn, such as sending a batch, counts for that turn. */
async function takeTurns(
  contenders: readonly RunningContender[],
  tokens: readonly string[],
  { rounds, turn, warmUp }: Size,
): Promise<readonly Used[]> {
  for (const { url } of contenders) await send(url, tokens, warmUp)
  const all = contenders.map((contender): Used => ({ contender, cpu: [], requests: [] }))
  for (let round = 0; round < rounds; round++)
    for (const { contender, cpu, requests } of all) {
      cpu.push(cpuOf(contender.process.pid!))
      requests.push(await send(contender.url, tokens, turn))
    }
  await delay(batches)
  for (const { contender, cpu } of all) cpu.push(cpuOf(contender.process.pid!))
  return all
}

/** Starts Postgres and every contender, and measures them in turn. */
async function measure(size: Size): Promise<readonly Used[]> {
  const server = await startPostgres()
  const running: RunningContender[] = []
  try {
    const db = database(server.url)
    await db.execute(tables)
    await db.close()
    const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')
    const env = { DATABASE_URL: server.url, BETTER_AUTH_SECRET: secret }
    for (const contender of allContenders()) running.push(await startContender(contender, env))
    const tokens = await Promise.all(
      Array.from({ length: users }, (_, n) =>
        createToken(secret, { sub: `user-${n + 1}`, expiresIn: 3600 }),
      ),
    )
    const credentials = tokens.map((token) => `Bearer ${token}`)
    return await takeTurns(running, credentials, size)
  } finally {
    for (const each of running) await stopContender(each)
    await server.stop()
  }
}

/** The lower quartile: other work on the machine makes a round dearer, and never cheaper. */
const quartile = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** Microseconds of CPU for each request, by round. */
const costs = ({ cpu, requests }: Used): readonly number[] =>
  requests.map((count, round) => (cpu[round + 1]! - cpu[round]!) / count)

/** Spans of a request that was sampled. */
function spansOf({ collector }: RunningContender): number {
  if (collector === undefined) return 0
  const traces = new Set(collector.spans.map(({ traceId }) => traceId))
  return traces.size === 0 ? 0 : collector.spans.length / traces.size
}

function rowOf(used: Used, all: readonly Used[]) {
  const { name, plain } = used.contender
  const own = quartile(costs(used))
  const without = all.find(({ contender }) => contender.name === plain)!
  return {
    name,
    µs: rounded(own, 1),
    ratio: rounded(own / quartile(costs(without)), 3),
    spans: rounded(spansOf(used.contender), 1),
  }
}

/** The full form. FASTIFY and FASTAPI say where the packages of the others are: see `telemetry-contenders.ts`. */
export async function load() {
  const used = await measure({ rounds: 60, turn: 600, warmUp: 5000 })
  const rows = used.map((each) => rowOf(each, used))
  for (const name of ['FASTIFY', 'FASTAPI'])
    if (process.env[name] === undefined) console.log(`not compared: ${name} is not set`)
  const silent = used.filter(
    ({ contender }) => contender.collector !== undefined && spansOf(contender) === 0,
  )
  const own = rows.find(({ name }) => name === 'Plinth, traces')?.ratio ?? Number.NaN
  return {
    tables: {
      'CPU of a list of 20 rows (µs), lower quartile of interleaved rounds, 1 % of the traces sampled':
        rows,
    },
    problems: [
      ...(own <= 1 + most ? [] : [`traces of 1 % cost ${own} times the CPU of a list`]),
      ...silent.map(({ contender }) => `${contender.name} has sent no spans`),
    ],
  }
}
