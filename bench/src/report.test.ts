import { expect, test } from 'vitest'
import type { Round } from './measure.ts'
import { jobReport, jobTable, markdownTable, plainTable } from './report.ts'

const round = (cpuUs: number, postgresUs = 10): Round => ({
  cpuUs,
  postgresUs,
  requestsPerSecond: 1000,
  p50: 1,
  p99: 2,
  requests: 1000,
})

const report = jobReport(
  new Map([
    ['plinth', [round(100), round(110), round(90)]],
    ['fastify', [round(400), round(550), round(450, 40)]],
  ]),
)

test('each contender is compared with Plinth in the same round', () => {
  expect(report.plinth?.ratio).toEqual({ min: 1, median: 1, max: 1 })
  expect(report.fastify?.ratio).toEqual({ min: 4, median: 5, max: 5 })
  expect(report.fastify?.cpuUs).toEqual({ min: 400, median: 450, max: 550 })
})

test('the CPU time of server and Postgres is added per round, so that work moved into the database counts', () => {
  expect(report.fastify?.totalUs).toEqual({ min: 410, median: 490, max: 560 })
})

test('a table has a row for each contender, as text and as Markdown', () => {
  const table = jobTable(report)
  expect(table).toHaveLength(3)
  expect(plainTable(table)).toMatch(/^Fastify \+ TypeBox \+ Drizzle +450 +5\.00 +4\.00–5\.00/m)
  expect(markdownTable(table)).toContain('| Fastify + TypeBox + Drizzle | 450 | 5.00 |')
})
