import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  addAgentFiles,
  agentsFile,
  docsPages,
  llmsFullText,
  llmsText,
  managedBlock,
  openingOf,
  removeAgentFiles,
} from './agent-files.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const { version } = JSON.parse(read('packages/plinth/package.json')) as { version: string }

describe('AGENTS.md of a new service', () => {
  const { block, version: ofBlock } = managedBlock(read(agentsFile))

  it('has the version of the package, and at most 60 lines', () => {
    expect(ofBlock).toBe(version)
    expect(block).toContain(`Plinth ${version}`)
    expect(block.split('\n').length).toBeLessThanOrEqual(60)
  })

  it('has ten rules, and leads to the pages of the package', () => {
    expect([...block.matchAll(/^\d+\. /gm)]).toHaveLength(10)
    expect(block).toContain('node_modules/plinth/docs/index.md')
    expect(read('packages/create-plinth/template/CLAUDE.md')).toBe('@AGENTS.md\n')
  })

  it('names scripts that the service has', () => {
    const { scripts } = JSON.parse(read('packages/create-plinth/template/package.json')) as {
      scripts: object
    }
    for (const [, name] of block.matchAll(/`npm (?:run )?([\w:]+)`/g))
      expect(scripts).toHaveProperty([name!])
  })
})

describe('pages for assistants', () => {
  it('each page of the navigation has a title and a sentence', () => {
    for (const { file, title, note } of docsPages(root)) {
      expect([file, title]).toEqual([file, expect.stringMatching(/\w/)])
      expect([file, note]).toEqual([file, expect.stringMatching(/^[\w`"*].{3,700}\.$/)])
    }
  })

  it('llms.txt begins with a heading and a summary, and lists each page once', () => {
    const text = llmsText(root)
    expect(text).toMatch(/^# Plinth\n\n> .+\n\n## /)
    for (const { file } of docsPages(root)) expect(text.split(`](/${file})`)).toHaveLength(2)
    expect(llmsFullText(root)).toContain(read('docs/mcp.md').trim())
  })

  it('a page is described by its sections, or else by its first prose, whatever stands before that', () => {
    expect(openingOf('# A\n\nIt does.\n\n## B\n\n```sh\n## no\n```\n\n### C\n\n## D\n')).toEqual({
      title: 'A',
      note: 'B, D.',
    })
    expect(
      openingOf('# A `b`\n\n```ts\n// No. This\n```\n\nIt [does](x.md) that. More.\n'),
    ).toEqual({
      title: 'A b',
      note: 'It does that.',
    })
  })
})

describe('files of the package', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-files-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('are the pages with their index, the rules, and a skill of the same text', () => {
    addAgentFiles(root, folder)
    expect(readdirSync(folder).toSorted()).toEqual(['AGENTS.md', 'docs', 'llms.txt', 'skills'])
    const skill = readFileSync(join(folder, 'skills/plinth/SKILL.md'), 'utf8')
    expect(skill).toMatch(/^---\nname: plinth\ndescription: .+\nmetadata:\n {2}version: /)
    expect(skill).toContain('## Rules')
    expect(skill).not.toContain('BEGIN:plinth')
    const pages = readdirSync(join(folder, 'docs'), { recursive: true, encoding: 'utf8' })
    const index = readFileSync(join(folder, 'docs/index.md'), 'utf8')
    for (const [, file] of index.matchAll(/\]\(([^)]+)\)/g)) expect(pages).toContain(file)
    const llms = readFileSync(join(folder, 'llms.txt'), 'utf8')
    const listed = [...llms.matchAll(/\]\(docs\/([^)]+)\)/g)].map(([, file]) => file!)
    expect(listed).toEqual([...index.matchAll(/\]\(([^)]+)\)/g)].map(([, file]) => file!))
    // Links stay inside of the folder.
    for (const page of pages.filter((name) => name.endsWith('.md')))
      for (const [, to] of readFileSync(join(folder, 'docs', page), 'utf8').matchAll(
        /(?<!!)\[[^\]]+\]\((?!https?:|#|mailto:)([^)#\s]+)/g,
      ))
        expect([page, to, posix.join(posix.dirname(page), to!).startsWith('..')]).toEqual([
          page,
          to,
          false,
        ])
    removeAgentFiles(folder)
    expect(readdirSync(folder)).toEqual([])
  })
})
