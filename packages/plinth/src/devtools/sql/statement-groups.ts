import { createHash } from 'node:crypto'
import type { RecordedSpan } from '../recorder/recorded.types.ts'
import type { Recorder } from '../recorder/recorder.ts'
import type { Recording } from '../recorder/recording.ts'
import type { StatementGroup, StatementSample } from './sql.types.ts'

/** The most requests that a group names. */
const mostRequests = 20

/** Names a statement in links. */
export const statementKey = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 12)

/** A group while it is gathered. */
class Gathered {
  readonly text: string
  count = 0
  total = 0
  slowest = 0
  wait = 0
  rows = 0
  failed = 0
  repeated = 0
  repeatedBy = 0
  place: string | undefined
  sample: StatementSample | undefined
  readonly routes = new Set<string>()
  readonly requests: number[] = []

  constructor(text: string) {
    this.text = text
  }

  /** Adds the statements of one request, in the order in which they were sent. */
  add(recording: Recording, spans: readonly RecordedSpan[]): void {
    for (const { start, end, wait = 0, rows = 0, error, place } of spans) {
      const ms = Math.max(0, (end ?? start) - start - wait)
      this.count++
      this.total += ms
      this.slowest = Math.max(this.slowest, ms)
      this.wait += wait
      this.rows += rows
      if (error !== undefined) this.failed++
      this.place ??= place
    }
    if (recording.route !== null) this.routes.add(`${recording.method} ${recording.route}`)
    if (this.requests.length < mostRequests) this.requests.push(recording.id)
    if (spans.length <= this.repeated) return
    this.repeated = spans.length
    this.repeatedBy = recording.id
  }

  done(): StatementGroup {
    const { place, sample, routes, ...facts } = this
    return {
      ...facts,
      key: statementKey(this.text),
      routes: [...routes].slice(0, mostRequests),
      ...(place !== undefined && { place }),
      ...(sample !== undefined && { sample }),
    }
  }
}

/** Gathers the recorded statements by their text, the one that took the most time first. */
export function statementGroups(recorder: Recorder): StatementGroup[] {
  const groups = new Map<string, Gathered>()
  for (const recording of [...recorder.all()].toReversed())
    for (const [text, indexes] of statementsOf(recording)) {
      const group = groups.get(text) ?? new Gathered(text)
      groups.set(text, group)
      const spans = indexes.flatMap((index) => recording.spans[index] ?? [])
      group.add(recording, spans)
      group.sample ??= sampleOf(recorder, recording, indexes)
    }
  return [...groups.values()].map((group) => group.done()).toSorted((a, b) => b.total - a.total)
}

function statementsOf({ spans }: Recording): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const [index, { kind, text }] of spans.entries()) {
    if (kind !== 'sql' || text === undefined || isBoundary.test(text)) continue
    const same = found.get(text)
    if (same === undefined) found.set(text, [index])
    else same.push(index)
  }
  return found
}

/** The statements around a transaction are in the waterfall alone. */
const isBoundary = /^\s*(?:begin|commit|rollback|savepoint|release|set local|start transaction)\b/i

function sampleOf(
  recorder: Recorder,
  { id }: Recording,
  indexes: readonly number[],
): StatementSample | undefined {
  const span = indexes.find((index) => recorder.sent.valuesOf(id, index) !== undefined)
  return span === undefined ? undefined : { request: id, span }
}
