import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openLoop, percentile } from '../../../packages/plinth/test/load/open-loop.ts'
import { work } from '../../contenders/overload/work.ts'
import { type ServerProcess, startServer } from '../server-process.ts'
import {
  overloadContenderNames,
  overloadContenders,
  type OverloadContenderName,
} from './overload-contenders.ts'

/** The responses of a server to a load. Times are in milliseconds from the moment at which a request was due. */
export interface OverloadResult {
  readonly contender: OverloadContenderName
  /** The load, in multiples of the capacity. */
  readonly factor: number
  /** Responses with 200 that came within a second, per second of the load. */
  readonly served: number
  readonly p50: number
  readonly p99: number
  /** The share of the requests that got a 503. */
  readonly refused: number
  /** The share of the requests without a response five seconds after the load, and of connections that broke. */
  readonly unanswered: number
  /** The largest resident memory during the load, in bytes. */
  readonly rss: number
  /** Milliseconds from the end of the load until the server responds to everything as it did before. */
  readonly recovery: number
}

/** Requests per second that handlers of this length allow at most. */
export const capacity: number = 1000 / work

export const factors: readonly number[] = [0.5, 1, 2, 3, 5]

/** Sends each server each load in turn, and reports each result. */
export async function measureOverload(
  seconds: number,
  onResult: (result: OverloadResult) => void,
): Promise<readonly OverloadResult[]> {
  const results: OverloadResult[] = []
  for (const factor of factors)
    for (const contender of overloadContenderNames) {
      const server = await startServer(overloadContenders[contender], {
        databaseUrl: '',
        secret: '',
      })
      try {
        const measured = await measureOne(server, { factor, seconds })
        results.push({ contender, factor, ...measured })
        onResult(results.at(-1)!)
      } finally {
        await server.stop()
      }
    }
  return results
}

async function measureOne(
  { origin, pid }: ServerProcess,
  { factor, seconds }: { readonly factor: number; readonly seconds: number },
): Promise<Omit<OverloadResult, 'contender' | 'factor'>> {
  const port = Number(new URL(origin).port)
  const load = (times: number, duration: number) =>
    openLoop({ port, path: '/work', rate: capacity * times, seconds: duration })
  const quiet = await load(0.3, 2)
  let rss = 0
  const watch = setInterval(() => (rss = Math.max(rss, rssOf(pid))), 100)
  const running = load(factor, seconds)
  await sleep(seconds * 1000)
  const recovery = await recoveryOf(`${origin}/work`, 2 * percentile(quiet.okTimes, 0.99))
  const { sent, okTimes, refused, failed, unanswered } = await running
  clearInterval(watch)
  return {
    served: okTimes.filter((time) => time <= useful).length / seconds,
    p50: percentile(okTimes, 0.5),
    p99: percentile(okTimes, 0.99),
    refused: refused / sent,
    unanswered: (failed + unanswered) / sent,
    rss,
    recovery,
  }
}

/** Milliseconds after which a response is of no use. */
const useful = 1000

const rssOf = (pid: number): number => {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes ?? 0) * 1024
}

/** A server counts as recovered after this many good responses in a row. */
const goodInARow = 20
/** Milliseconds after which the search for the recovery ends. */
const patience = 20_000

/** Sends a request every 50 ms until enough in a row are as fast as on the quiet server. */
async function recoveryOf(url: string, fast: number): Promise<number> {
  const ended = performance.now()
  let good = 0
  let since = ended
  while (good < goodInARow && performance.now() - ended < patience) {
    const sent = performance.now()
    const response = await fetch(url).catch(() => undefined)
    await response?.arrayBuffer()
    const now = performance.now()
    if (response?.status === 200 && now - sent <= fast) good++
    else {
      good = 0
      since = now
    }
    await sleep(50)
  }
  return good < goodInARow ? Number.POSITIVE_INFINITY : since - ended
}
