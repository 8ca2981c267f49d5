import { expect, test } from 'vitest'
import { picture } from './picture.ts'
import { jobReport } from './report.ts'

test('the picture has a bar for each contender, as long as its ratio', () => {
  const round = { postgresUs: 1, requestsPerSecond: 1, p50: 1, p99: 1, requests: 1 }
  const list = jobReport(
    new Map([
      ['plinth', [{ ...round, cpuUs: 100 }]],
      ['hono', [{ ...round, cpuUs: 500 }]],
    ]),
  )
  const svg = picture({ jobs: { list } })
  const widths = [...svg.matchAll(/<rect x="250"[^>]* width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  )
  expect(widths).toHaveLength(2)
  expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeCloseTo(5)
  expect(svg).toContain('5.00 (500 µs)')
})
