import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectOutcome } from './expect-outcome.ts'
import { anchorOf, readPage, type Passage } from './read-passages.ts'
import type { Outcome, Task } from './run-passages.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const docs = join(root, 'docs')
const index = readFileSync(join(docs, 'coming-from-fastapi.md'), 'utf8')

const pages = globSync('coming-from-fastapi/*.md', { cwd: docs })
  .toSorted()
  .map((file) => ({ file, ...readPage(readFileSync(join(docs, file), 'utf8')) }))
const passages = pages.flatMap(({ file, passages: own }) =>
  own.map((passage) => ({ id: `${file}#${passage.anchor}`, ...passage })),
)

/** A row of the index: their page, ours, the guide, and what is missing. */
const rows = [
  ...index.matchAll(/^\| \[(?<theirs>[^\]]+)\]\(https:[^)]+\) +\|(?<rest>.*)\|$/gm),
].map(({ groups }) => {
  const [ours = '', guide = '', ...more] = (groups?.['rest'] ?? '').split('|')
  const gap = /\*\*(?<kind>in part|not yet)\*\*: \S+/.exec(ours)
  return {
    theirs: groups?.['theirs'] ?? '',
    passage: /\]\((?<link>coming-from-fastapi\/[^)]+)\)/.exec(ours)?.groups?.['link'],
    kind: gap?.groups?.['kind'] ?? 'full',
    guide,
    columns: 3 + more.length,
  }
})
const count = (kind: string): number => rows.filter((row) => row.kind === kind).length

let outcomes: Map<string, Outcome>
let folder: string

beforeAll(async () => {
  // Below the root, so that its imports are found like in a user's project.
  mkdirSync(join(root, '.plinth'), { recursive: true })
  folder = mkdtempSync(join(root, '.plinth', 'passages-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const { file, shared } of pages)
    for (const { fileName, text } of shared)
      write(join(basename(file, '.md'), fileName ?? ''), text)
  writeFileSync(join(folder, 'tasks.json'), JSON.stringify(passages.map(writeFiles)))
  const script = join(import.meta.dirname, 'run-passages.ts')
  const environment = { ...process.env, NODE_ENV: 'test' }
  await promisify(execFile)(process.execPath, [script, folder], { env: environment, cwd: folder })
  const read = JSON.parse(readFileSync(join(folder, 'outcomes.json'), 'utf8')) as Outcome[]
  outcomes = new Map(read.map((outcome) => [outcome.id, outcome]))
})
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** Writes the code of a passage into the folder of its page, where its blocks can import each other. */
function writeFiles({ id, blocks, exchanges }: Passage & { id: string }): Task {
  const page = basename(id.slice(0, id.indexOf('#')), '.md')
  const files = blocks.map(({ text, fileName }, index) => {
    const name = join(page, fileName ?? `${id.slice(id.indexOf('#') + 1)}-${index}.ts`)
    write(name, text)
    return name
  })
  return { id, files, exchanges }
}

function write(name: string, text: string): void {
  mkdirSync(join(folder, dirname(name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

describe('docs/coming-from-fastapi.md', () => {
  it('has a row for each of the 163 pages and sections', () => {
    expect(rows).toHaveLength(163)
    expect(rows.filter(({ columns }) => columns !== 3)).toEqual([])
  })

  it('counts the rows that are full, in part and missing as they are', () => {
    const counts = /\*\*(\d+) in full, (\d+) in part, (\d+) not yet\*\*/
    expect(counts.exec(index)?.slice(1).map(Number)).toEqual([
      count('full'),
      count('in part'),
      count('not yet'),
    ])
  })

  it('has at most three rows that are there in part only', () => {
    expect(count('in part')).toBeLessThanOrEqual(3)
  })

  it('lacks nothing', () => {
    const missing = rows.filter(({ kind }) => kind === 'not yet').map(({ theirs }) => theirs)
    expect(missing).toEqual([])
  })

  it('links each row to a passage, unless it is not there yet, and each passage to one row', () => {
    const shown = rows.filter(({ kind }) => kind === 'full' || kind === 'in part')
    expect(shown.filter(({ passage }) => passage === undefined)).toEqual([])
    const linked = rows.flatMap(({ passage }) => passage ?? [])
    expect(linked.toSorted()).toEqual(passages.map(({ id }) => id).toSorted())
  })

  it('has links that lead somewhere', () => {
    const files = ['coming-from-fastapi.md', ...pages.map(({ file }) => file)]
    const broken = files.flatMap((file) =>
      [...readFileSync(join(docs, file), 'utf8').matchAll(/\]\((?!https:)(?<link>[^)]+)\)/g)]
        .map(({ groups }) => groups?.['link'] ?? '')
        .filter((link) => !leadsSomewhere(file, link))
        .map((link) => `${file}: ${link}`),
    )
    expect(broken).toEqual([])
  })
})

function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? join(docs, file) : join(docs, dirname(file), path)
  if (globSync(target).length === 0) return false
  if (anchor === undefined) return true
  const headings = readFileSync(target, 'utf8').matchAll(/^#+ (?<text>.+)$/gm)
  return [...headings].some(({ groups }) => anchorOf(groups?.['text'] ?? '') === anchor)
}

describe.each(pages)('the code of docs/$file', ({ file, passages: own }) => {
  it.each(own.map((passage) => [passage.title, passage] as const))(
    '%s: does what the page shows',
    (_, { anchor, exchanges, outputs }) => {
      expect(exchanges.length + outputs.length).toBeGreaterThan(0)
      expectOutcome({ exchanges, outputs }, outcomes.get(`${file}#${anchor}`))
    },
  )
})
