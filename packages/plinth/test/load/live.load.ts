// 200 subscribers of live lists, and 100 changes per second.
import { database } from 'plinth'
import { startPostgres } from '../support/postgres/postgres-server.ts'
import { watchMany, type WatchOptions, type WatchOutcome } from './live-lists.ts'
import type { Load } from './main.ts'

/** The most queries that the lists may have run: one per interval and list, and two for the intervals at the ends. */
export const mostQueries = (
  { subscribers, every }: Pick<WatchOptions, 'subscribers' | 'every'>,
  { seconds }: Pick<WatchOutcome, 'seconds'>,
): number => subscribers * ((seconds * 1000) / every + 2)

/** Compares an outcome with what is promised. */
export function problemsOf(options: WatchOptions, outcome: WatchOutcome): string[] {
  const { queries, foreign, behind } = outcome
  const most = mostQueries(options, outcome)
  return [
    ...(queries > most ? [`${queries} queries; ${Math.round(most)} are allowed`] : []),
    ...(foreign > 0 ? [`${foreign} rows of another owner were received`] : []),
    ...(behind > 0 ? [`${behind} subscribers missed the last state`] : []),
  ]
}

/** Runs it in a database of its own. */
export async function watchIn(
  serverUrl: string,
  { name, ...rest }: Omit<WatchOptions, 'url'> & { readonly name: string },
): Promise<{ readonly outcome: WatchOutcome; readonly problems: readonly string[] }> {
  const admin = database(serverUrl, { max: 1 })
  await admin.execute(`create database ${name}`)
  await admin.close()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const options = { ...rest, url: url.href }
  const outcome = await watchMany(options)
  return { outcome, problems: problemsOf(options, outcome) }
}

export const load: Load['load'] = async () => {
  const server = await startPostgres()
  const rows: object[] = []
  const problems: string[] = []
  try {
    for (const policies of [false, true]) {
      const options = {
        subscribers: 200,
        owners: 20,
        changes: 2000,
        rate: 100,
        every: 250,
        policies,
      }
      const name = policies ? 'policies' : 'conditions'
      const { outcome, problems: found } = await watchIn(server.url, { ...options, name })
      problems.push(...found.map((problem) => `${name}: ${problem}`))
      if (outcome.rows < 10_000) problems.push(`${name}: only ${outcome.rows} rows were received`)
      const { seconds, queries, ...counts } = outcome
      rows.push({
        'rows kept apart by': name,
        'changes per second': Math.round(options.changes / seconds),
        'queries per second': Math.round(queries / seconds),
        bound: Math.round(mostQueries(options, outcome) / seconds),
        ...counts,
      })
    }
  } finally {
    await server.stop()
  }
  return {
    tables: { '200 subscribers of 20 owners, at most one query per 250 ms': rows },
    problems,
  }
}
