import { type ContenderName, contenderOf } from './contenders.ts'
import type { Round, Rounds } from './measure.ts'
import type { Start } from './measure-start.ts'
import { ratiosTo, type Spread, spreadOf } from './statistics.ts'

/** The summary of a contender in a job, over all rounds. */
export interface JobReport {
  /** CPU time of the server per request, user and system, in microseconds. */
  readonly cpuUs: Spread
  /** The same, divided by Plinth's CPU time in the same round. */
  readonly ratio: Spread
  readonly postgresUs: Spread
  readonly totalUs: Spread
  readonly requestsPerSecond: Spread
  /** Latency in milliseconds. */
  readonly p50Ms: Spread
  readonly p99Ms: Spread
}

/** The first response after a start. */
export interface StartReport {
  readonly milliseconds: Spread
  readonly cpuMs: Spread
}

/** The memory of a process in bytes. */
export interface MemoryReport {
  readonly peak: number
  readonly atEnd: number
}

export type ByName<T> = Partial<Record<ContenderName, T>>

/** All results of a run; `--json` writes them. */
export interface Report {
  readonly date: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly options: { seconds: number; rounds: number; connections: number }
  readonly versions: ByName<string>
  readonly jobs: Partial<Record<string, ByName<JobReport>>>
  readonly start: ByName<StartReport>
  readonly memory: ByName<MemoryReport>
  readonly leftOut: ByName<string>
  readonly scale?: Readonly<Record<string, Readonly<Record<string, ByName<Spread>>>>>
}

/** Summarizes the rounds of a job. */
export function jobReport(rounds: Rounds): ByName<JobReport> {
  const base = rounds.get('plinth') ?? []
  const reports: ByName<JobReport> = {}
  for (const [name, own] of rounds) {
    const of = (value: (round: Round) => number): Spread => spread(own.map(value))
    reports[name] = {
      cpuUs: of((round) => round.cpuUs),
      ratio: ratiosTo(base.map(cpuUs), own.map(cpuUs)) ?? spread([]),
      postgresUs: of((round) => round.postgresUs),
      totalUs: of((round) => round.cpuUs + round.postgresUs),
      requestsPerSecond: of((round) => round.requestsPerSecond),
      p50Ms: of((round) => round.p50),
      p99Ms: of((round) => round.p99),
    }
  }
  return reports
}

/** Summarizes the starts. */
export function startReport(
  starts: ReadonlyMap<ContenderName, readonly Start[]>,
): ByName<StartReport> {
  const reports: ByName<StartReport> = {}
  for (const [name, own] of starts)
    reports[name] = {
      milliseconds: spread(own.map((start) => start.milliseconds)),
      cpuMs: spread(own.map((start) => start.cpuMs)),
    }
  return reports
}

const cpuUs = (round: Round): number => round.cpuUs
const none: Spread = { min: Number.NaN, median: Number.NaN, max: Number.NaN }
const spread = (values: readonly number[]): Spread => spreadOf(values) ?? none

const digits = (value: number, places = 0): string =>
  Number.isNaN(value) ? '–' : value.toFixed(places)

const names = <T>(of: ByName<T>): [ContenderName, T][] => Object.entries(of) as [ContenderName, T][]

/** Makes the table of a job, as rows of cells with a header. */
export function jobTable(reports: ByName<JobReport>): string[][] {
  const head = [
    '',
    'CPU µs',
    '× Plinth',
    'min–max',
    'Postgres µs',
    'both µs',
    'req/s',
    'p50 ms',
    'p99 ms',
  ]
  const rows = names(reports).map(([name, report]) => [
    contenderOf(name).title,
    digits(report.cpuUs.median),
    digits(report.ratio.median, 2),
    `${digits(report.ratio.min, 2)}–${digits(report.ratio.max, 2)}`,
    digits(report.postgresUs.median),
    digits(report.totalUs.median),
    digits(report.requestsPerSecond.median),
    digits(report.p50Ms.median, 1),
    digits(report.p99Ms.median, 1),
  ])
  return [head, ...rows]
}

/** Makes the table of starts and memory. */
export function startTable({ start, memory }: Pick<Report, 'start' | 'memory'>): string[][] {
  const head = ['', 'first response ms', 'CPU ms', 'peak memory MB', 'at the end MB']
  const megabytes = (bytes: number | undefined): string => digits((bytes ?? Number.NaN) / 1e6)
  const rows = names(start).map(([name, report]) => [
    contenderOf(name).title,
    digits(report.milliseconds.median),
    digits(report.cpuMs.median),
    megabytes(memory[name]?.peak),
    megabytes(memory[name]?.atEnd),
  ])
  return [head, ...rows]
}

/** Makes a table of `--scale`: a row per contender, a column per size. */
export function scaleTable(scale: Readonly<Record<string, ByName<Spread>>>): string[][] {
  const sizes = Object.keys(scale)
  const all = new Set(sizes.flatMap((size) => Object.keys(scale[size] ?? {}) as ContenderName[]))
  const rows = [...all].map((name) => [
    contenderOf(name).title,
    ...sizes.map((size) => digits(scale[size]?.[name]?.median ?? Number.NaN)),
  ])
  return [['CPU µs of a list', ...sizes], ...rows]
}

/**
 * Formats a table for a terminal: the first column is left-aligned, the others are right-aligned.
 */
export function plainTable(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, at) =>
    Math.max(...table.map((row) => [...(row[at] ?? '')].length)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => {
        const space = ' '.repeat((widths[at] ?? 0) - [...cell].length)
        return at === 0 ? cell + space : space + cell
      })
      .join('  ')
  return table.map(line).join('\n')
}

/** Formats a table as Markdown. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
