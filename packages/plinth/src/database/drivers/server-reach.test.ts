import { afterEach, expect, it, vi } from 'vitest'
import { createLogger } from '../../logging/logger.ts'
import { logProcessWarnings } from '../../logging/startup-warnings.ts'
import { reachOf } from './server-reach.ts'

const refused = Object.assign(new Error('nothing listens'), { code: 'ECONNREFUSED' })

afterEach(() => void vi.restoreAllMocks())

/** Collects the log lines of the process. */
function linesOfProcess(): string[] {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push((JSON.parse(line) as Line).msg) }
  logProcessWarnings(createLogger({ level: 'warn', format: 'json', destination }))
  lines.length = 0
  return lines
}
interface Line {
  readonly msg: string
}

it('a database is away from the first failed attempt to connect to the next one that succeeds, and the log tells both once', () => {
  const lines = linesOfProcess()
  const reach = reachOf('a.example:5432/tasks')
  reach.succeeded()
  expect([reach.isAway, reach.away]).toEqual([false, 0])
  const since = performance.now() + 1
  vi.spyOn(performance, 'now').mockReturnValue(since + 2000)
  reach.failed(refused, since)
  reach.failed(refused, since + 500)
  expect(reach.isAway).toBe(true)
  expect(reach.away).toBeGreaterThanOrEqual(2000)
  vi.restoreAllMocks()
  vi.spyOn(performance, 'now').mockReturnValue(since + 2500)
  reach.succeeded()
  const { away } = reach
  reach.succeeded()
  expect([reach.isAway, reach.away]).toEqual([false, away])
  expect(lines).toEqual([
    expect.stringMatching(
      /^The database a\.example:5432\/tasks has been away for \d+\.\d s \(ECONNREFUSED\): /,
    ),
    expect.stringMatching(/^The database a\.example:5432\/tasks is back after \d+\.\d s$/),
  ])
})

it('an attempt that began before another one succeeded does not count as an outage', () => {
  const reach = reachOf('b.example:5432/tasks')
  const startedAt = performance.now() - 2000
  reach.succeeded()
  reach.failed(refused, startedAt)
  expect([reach.isAway, reach.away]).toEqual([false, 0])
})

it('an outage that no request has to notice leaves no line in the log', () => {
  const lines = linesOfProcess()
  const reach = reachOf('c.example:5432/tasks')
  reach.failed(refused, performance.now())
  reach.succeeded()
  expect(reach.away).toBeGreaterThan(0)
  expect(lines).toEqual([])
})

it('a database that was never there leaves no line in the log: the start says what is wrong', () => {
  const lines = linesOfProcess()
  const reach = reachOf('d.example:5432/tasks')
  reach.failed(refused, performance.now() - 2000)
  expect(reach.isAway).toBe(true)
  expect(lines).toEqual([])
})
