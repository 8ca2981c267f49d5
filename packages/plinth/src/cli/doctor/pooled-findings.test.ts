import { expect, it } from 'vitest'
import { readDatabaseUrl, type PostgresTarget } from '../../database/drivers/database-url.ts'
import { pooledFindings } from './pooled-findings.ts'

const host = 'eu-central-1.aws.neon.tech'
const pooled = readDatabaseUrl(`postgres://ann:pw@ep-cool-1-pooler.${host}/app`) as PostgresTarget
const levels = (direct?: string) =>
  pooledFindings(direct, pooled).map(({ id, level }) => `${id}: ${level}`)

it('requires a direct URL next to a pooled one, and rejects a second pooled one', () => {
  expect(levels()).toEqual(['pooled-url: problem'])
  expect(levels(pooled.url)).toEqual(['pooled-url: problem'])
  for (const direct of [`ep-cool-1.${host}/app`, `localhost/app?host=ep-cool-1.${host}`])
    expect(levels(`postgres://ann:pw@${direct}`)).toEqual(['pooled-url: ok'])
})

it('warns when the two URLs lead to different databases', () => {
  for (const other of [`ep-other-2.${host}/app`, `ep-cool-1.${host}/other`])
    expect(levels(`postgres://ann:pw@${other}`)).toEqual(['pooled-url: warning', 'pooled-url: ok'])
})

it('finds nothing when DATABASE_URL is direct', () => {
  const direct = readDatabaseUrl(`postgres://ann:pw@ep-cool-1.${host}/app`) as PostgresTarget
  expect(pooledFindings(undefined, direct)).toEqual([])
})
