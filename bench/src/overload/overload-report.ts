import { overloadContenders } from './overload-contenders.ts'
import type { OverloadResult } from './measure-overload.ts'

/** The result of `npm run bench -- --overload`. */
export interface OverloadReport {
  readonly date: string
  readonly machine: Readonly<Record<string, string | number>>
  /** Seconds of each load. */
  readonly seconds: number
  /** Requests per second that the handlers allow at most. */
  readonly capacity: number
  readonly results: readonly OverloadResult[]
}

const whole = (number: number): string => (Number.isFinite(number) ? number.toFixed(0) : '–')
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

/** Makes the table, as rows of cells with a header. */
export function overloadTable(results: readonly OverloadResult[]): string[][] {
  const head = [
    '',
    'load',
    '200 within 1 s, per s',
    'p50 ms',
    'p99 ms',
    '503',
    'unanswered',
    'memory MB',
    'recovered after ms',
  ]
  const rows = results.map((result) => [
    overloadContenders[result.contender].title,
    `${result.factor} ×`,
    whole(result.served),
    whole(result.p50),
    whole(result.p99),
    percent(result.refused),
    percent(result.unanswered),
    whole(result.rss / 1e6),
    whole(result.recovery),
  ])
  return [head, ...rows]
}
