import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { directUrl } from './direct-url.ts'
import type { Project } from './project.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plinth-direct-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const pooled = 'postgres://ann:pw@ep-cool-1-pooler.eu.aws.neon.tech/app'
const direct = 'postgres://ann:pw@ep-cool-1.eu.aws.neon.tech/app'
const of = (files: Readonly<Record<string, string>>): string | undefined => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  return directUrl({ root } as Project)
}

it('directUrl is DATABASE_URL_UNPOOLED when DATABASE_URL leads through a pooler', () => {
  expect(of({ '.env': `DATABASE_URL=${pooled}\nDATABASE_URL_UNPOOLED=${direct}\n` })).toBe(direct)
})

it('directUrl is undefined when DATABASE_URL is direct or no direct URL is set', () => {
  expect(of({ '.env': `DATABASE_URL=${direct}\n` })).toBeUndefined()
  expect(of({ '.env': `DATABASE_URL=${pooled}\n` })).toBeUndefined()
  expect(of({ '.env': '' })).toBeUndefined()
})

it('directUrl is undefined when another DATABASE_URL overrides the pooled one, which must not be migrated', () => {
  const both = `DATABASE_URL=${pooled}\nDATABASE_URL_UNPOOLED=${direct}\n`
  for (const other of ['postgres://ann:pw@localhost/dev', 'pglite:./.plinth/dev'])
    expect(of({ '.env': both, '.env.local': `DATABASE_URL=${other}\n` })).toBeUndefined()
})
