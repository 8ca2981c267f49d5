// The code of the guides, run block by block: what they print and the responses that they show are compared.
import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childEnvironment } from '../support/child-environment.ts'
import { expectOutcome } from './expect-outcome.ts'
import { readSections, type Passage } from './read-passages.ts'
import type { Outcome, Task } from './run-passages.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Outputs that are compared by other means. */
const comparedElsewhere: Readonly<Record<string, string>> = {
  'identity-providers#': 'its section "Test it" calls the same route',
  'zero-downtime-migrations#a-lock-that-is-not-free': 'walk.once.test.ts, on a Postgres server',
}

/** Each section that shows what its code does; other sections have code that the check `documents` compiles. */
const sections = globSync('docs/guides/*.md', { cwd: root })
  .toSorted()
  .flatMap((file) => {
    const page = basename(file, '.md')
    return readSections(readFileSync(join(root, file), 'utf8')).map((section) => {
      const id = `${page}#${section.anchor}`
      const texts = id in comparedElsewhere ? [] : section.texts
      const isShown = section.exchanges.length + section.outputs.length + texts.length > 0
      return { ...section, page, id, texts, isShown }
    })
  })
type Section = (typeof sections)[number]
const shown = sections.filter(({ isShown }) => isShown)

let outcomes: Map<string, Outcome>
let folder: string

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
  const env = { ...childEnvironment(), NODE_ENV: 'test', DATABASE_URL: 'pglite:memory' }
  await promisify(execFile)(process.execPath, [script, folder], { env, cwd: folder })
  const read = JSON.parse(readFileSync(join(folder, 'outcomes.json'), 'utf8')) as Outcome[]
  outcomes = new Map(read.map((outcome) => [outcome.id, outcome]))
})
afterAll(() => {
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

describe.each([...new Set(shown.map(({ page }) => page))])('docs/guides/%s.md', (page) => {
  const own = shown.filter((section) => section.page === page)
  it.each(own.map((section) => [section.title || 'the first section', section] as const))(
    '%s: the code prints and responds as the page shows',
    (_, section) => {
      expectOutcome(section, outcomes.get(section.id))
    },
  )
})

it('the newest guides show what their code does', () => {
  expect(shown.length).toBeGreaterThan(5)
})
