// @module-tag postgres
// The code of the guides and topic pages, run block by block: what they print and the responses that they show are compared.
import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childEnvironment } from '../support/child-environment.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'
import { expectOutcome } from './expect-outcome.ts'
import { readSections, type Passage } from './read-passages.ts'
import type { Outcome, Task } from './run-passages.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Sections whose outputs are compared by other means, or that need what a test does not have. */
const notRun: Readonly<Record<string, string>> = {
  'auth#better-auth-in-the-same-process': 'needs a sign-in, as in in-process.test.ts',
  'auth#roles-scopes-organizations': 'needs a token of a real user',
  'auth#session-cookie': 'in-process.test.ts compares it',
  'cli#': 'dev.once.test.ts compares it',
  'cli#plinth-console': 'console.once.test.ts compares its first lines',
  'cli#plinth-dev': 'dev.once.test.ts compares it',
  'cli#plinth-doctor': 'doctor.once.test.ts compares it',
  'database#migrations': 'needs a folder of migrations',
  'deploy/cloudflare#': 'shows the output of Wrangler',
  'deploy/cloudflare#try-it-on-your-machine': 'shows the output of Wrangler',
  'deploy/node#with-the-page-of---auth': 'shows the output of Vite and npm',
  'deployment#health-checks': 'readiness.once.test.ts compares it',
  'development#': 'dev.once.test.ts compares it',
  'development#after-a-mistake': 'dev.once.test.ts compares it',
  'development#type-errors': 'dev-terminal.once.test.ts compares it',
  'development-page#': 'dev.once.test.ts compares it',
  'development-page#sql': 'plan-hints.test.ts compares it',
  'development-page#tables': 'tables.test.ts compares it',
  'frontend#a-larger-app-to-copy-from': 'web-dev.once.test.ts compares it',
  'frontend#get-a-token-with-curl': 'needs the frontend',
  'frontend#give-users-a-role': 'needs the frontend',
  'frontend#in-production': 'web-environment.once.test.ts compares it',
  'guides/identity-providers#': 'its section "Test it" calls the same route',
  'guides/zero-downtime-migrations#a-lock-that-is-not-free':
    'walk.once.test.ts compares it, on a Postgres server',
  'resources#pagination': 'shows the form of two requests',
  'sockets#the-handshake': 'handshake.once.test.ts compares it',
}

/** Each section that shows what its code does; other sections have code that the check `documents` compiles. */
const sections = globSync(
  ['docs/*.md', 'docs/coming-from/*.md', 'docs/deploy/*.md', 'docs/guides/*.md'],
  { cwd: root },
)
  .toSorted()
  .flatMap((file) => {
    const page = file.slice('docs/'.length, -'.md'.length)
    return readSections(readFileSync(join(root, file), 'utf8')).map((section) => {
      const id = `${page}#${section.anchor}`
      const { exchanges, outputs, printed, texts } = section
      const hasOutput =
        exchanges.length + outputs.length + texts.length > 0 || printed !== undefined
      return { ...section, page, id, hasOutput, isShown: hasOutput && !(id in notRun) }
    })
  })
type Section = (typeof sections)[number]
const shown = sections.filter(({ isShown }) => isShown)

/** The variables that the pages name. */
const settings = {
  DATABASE_URL: 'pglite:memory',
  BETTER_AUTH_SECRET: 'kQ7vZ2mX9pL4wT8rB6nJ1cF5hD3sG0yA',
  METRICS_TOKEN: 'Zr3kV8pX1nQ6tB9w',
  PORT: '9000',
}

let outcomes: Map<string, Outcome>
let folder: string
let postgres: PostgresServer | undefined

beforeAll(async () => {
  // Below the root, so that its imports are found like in a user's project.
  mkdirSync(join(root, '.plinth'), { recursive: true })
  folder = mkdtempSync(join(root, '.plinth', 'guides-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const files = new Map(sections.map((section) => [section, writeFiles(section)]))
  const tasks = shown.map((section): Task => {
    // A section continues with the files that come before it on its page.
    const before = sections.slice(0, sections.indexOf(section) + 1)
    const own = before.filter(({ page, isShown }) => page === section.page && isShown)
    return {
      id: section.id,
      files: own.flatMap((each) => files.get(each) ?? []),
      exchanges: section.exchanges,
      commands: section.commands,
    }
  })
  writeFileSync(join(folder, 'tasks.json'), JSON.stringify(tasks))
  const script = join(import.meta.dirname, 'run-passages.ts')
  // `testDatabase()` of a page takes a new database of a server in a tenth of the time that an embedded one takes
  postgres = await startPostgres()
  const env = {
    ...childEnvironment(),
    ...settings,
    NODE_ENV: 'test',
    PLINTH_TEST_DATABASE_URL: postgres.url,
  }
  await promisify(execFile)(process.execPath, [script, folder], { env, cwd: folder })
  const read = JSON.parse(readFileSync(join(folder, 'outcomes.json'), 'utf8')) as Outcome[]
  outcomes = new Map(read.map((outcome) => [outcome.id, outcome]))
})
afterAll(async () => {
  await postgres?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** Writes the code of a section into the folder of its page, where its blocks can import each other. */
function writeFiles({ page, anchor, blocks }: Passage & Pick<Section, 'page'>): string[] {
  return blocks.map(({ text, fileName }, index) => {
    const name = join(page, fileName ?? `${anchor || 'start'}-${index}.ts`)
    mkdirSync(join(folder, dirname(name)), { recursive: true })
    writeFileSync(join(folder, name), text)
    return name
  })
}

describe.each([...new Set(shown.map(({ page }) => page))])('docs/%s.md', (page) => {
  const own = shown.filter((section) => section.page === page)
  it.each(own.map((section) => [section.title || 'the first section', section] as const))(
    '%s: the code prints and responds as the page shows',
    (_, section) => {
      expectOutcome(section, outcomes.get(section.id))
    },
  )
})

it('most sections with an output are run, and each of the others is named with its reason', () => {
  expect(shown.length).toBeGreaterThan(50)
  const named = sections.filter((one) => one.hasOutput && !one.isShown).map(({ id }) => id)
  expect(Object.keys(notRun).toSorted()).toEqual(named.toSorted())
})
