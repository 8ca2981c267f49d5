import { type ContenderName, contenderOf } from './contenders.ts'
import { addTasks, scaleUsers, tasksPerUser, userId } from './dataset.ts'
import { measureJob, type MeasureSettings, type Running } from './measure.ts'
import { jobReport, type ByName } from './report.ts'
import type { Bench } from './bench.ts'
import { startServer } from './server-process.ts'
import type { Spread } from './statistics.ts'
import { callersOf } from './tokens.ts'

/** CPU microseconds of a list, by what grows and by its size. */
export type Scale = Readonly<Record<string, Readonly<Record<string, ByName<Spread>>>>>

const connectionCounts = [1, 4, 16, 64, 256]
const routeCounts = [10, 300]

/** Measures the `list` job while one thing grows: connections, rows per user, or routes. */
export async function measureScale(bench: Bench): Promise<Scale> {
  const plain = await withServers(bench, 0, async (settings) => ({
    connections: await overConnections(settings),
    'rows of a user': await overRows(bench, settings),
  }))
  const routes: Record<string, ByName<Spread>> = {}
  for (const count of routeCounts)
    routes[count] = await withServers(bench, count, (settings) => listCost(settings))
  return { ...plain, routes }
}

async function overConnections(settings: MeasureSettings) {
  const costs: Record<string, ByName<Spread>> = {}
  for (const connections of connectionCounts)
    costs[connections] = await listCost({ ...settings, connections })
  return costs
}

async function overRows({ db, server }: Bench, settings: MeasureSettings) {
  const costs: Record<string, ByName<Spread>> = {}
  for (const [rows, { prefix, users, tasks }] of Object.entries(scaleUsers)) {
    await addTasks(db, { prefix, users, tasks })
    const names = Array.from({ length: users }, (_, n) => userId(n, prefix))
    const callers = await callersOf(server.secret, names)
    costs[rows] = await listCost({ ...settings, context: { ...settings.context, callers } })
  }
  return costs
}

async function listCost(settings: MeasureSettings): Promise<ByName<Spread>> {
  const reports = Object.entries(jobReport(await measureJob('list', settings)))
  return Object.fromEntries(reports.map(([name, { cpuUs }]) => [name, cpuUs]))
}

/** Starts the contenders with additional routes, and stops them at the end. */
async function withServers<T>(
  bench: Bench,
  extraRoutes: number,
  use: (settings: MeasureSettings) => Promise<T>,
): Promise<T> {
  const { options, postgres, server, names, log } = bench
  const running: Running[] = []
  try {
    for (const name of names) running.push(await start(name))
    return await use({
      running,
      postgresPid: postgres.pid,
      context: { callers: await callersOf(server.secret), strangers: [], tasksPerUser },
      seconds: options.seconds,
      rounds: options.rounds,
      connections: options.connections,
      // A list does not change any rows.
      tidy: async () => {},
      log,
    })
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()))
  }

  async function start(name: ContenderName): Promise<Running> {
    return { name, server: await startServer(contenderOf(name), { ...server, extraRoutes }) }
  }
}
