import { expect, test } from 'vitest'
import { withResults } from './record.ts'
import { jobReport } from './report.ts'

const round = { cpuUs: 100, postgresUs: 1, requestsPerSecond: 1, p50: 1, p99: 1, requests: 1 }
const report = {
  date: '2026-01-02',
  machine: { cpu: 'A', cores: 2, node: 'v24' },
  options: { seconds: 5, rounds: 5, connections: 32 },
  versions: { plinth: 'plinth 0.1.0' },
  jobs: { list: jobReport(new Map([['plinth', [round]]])) },
  start: {},
  memory: {},
  leftOut: { fastapi: 'no Python' },
}
const marks = '<!-- results: written by npm run bench -- --record -->\nold\n<!-- end -->'

test('only the text between the marks is replaced', () => {
  const readme = withResults(`# Head\n\n${marks}\n\ntail\n`, report)
  expect(readme).toMatch(/^# Head\n\n<!-- results/)
  expect(readme).toMatch(/<!-- end -->\n\ntail\n$/)
  expect(readme).toContain('| Plinth | 100 | 1.00 |')
  expect(readme).toContain('- fastapi: no Python')
  expect(readme).not.toContain('old')
})

test('a README without the marks is not changed', () => {
  expect(() => withResults('# Head', report)).toThrow('no marks')
})
