// The command on a Node that is too old: its first file reports it in a sentence.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../support/cli-project.ts'

/** The older versions of Node on this machine, and the current one, which gets a fake version. */
const olderNodes = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((node) => existsSync(node) && majorOf(node) < 24)
const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.19.0' } })
Object.defineProperty(process, 'version', { value: 'v18.19.0' })`
const preload = `data:text/javascript,${encodeURIComponent(pretend)}`

const nodes: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['one that reports version 18', process.execPath, ['--import', preload]],
  ...[...new Set(olderNodes)].map((node) => [node, node, []] as const),
]

function majorOf(node: string): number {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 24)
}

let folder: string
let script: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plinth-bin-'))
  // without types, as in the package
  script = join(folder, 'main.mjs')
  writeFileSync(script, stripTypeScriptTypes(readFileSync(main, 'utf8')))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(nodes)('%s', (_, node, args) => {
  const run = (...words: string[]) =>
    spawnSync(node, [...args, script, ...words], { encoding: 'utf8' })

  it('7. is reported by doctor and by every other command', () => {
    for (const words of [['doctor'], ['dev'], ['--version'], []]) {
      const { status, stdout, stderr } = run(...words)
      expect([status, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(
        /^plinth: Plinth needs Node 24 or newer, and this is v\d+\.\d+\.\d+ \(node-version\)\nInstall Node 24 .*\n$/,
      )
    }
  })

  it('7. is a finding in the JSON output', () => {
    const { status, stdout, stderr } = run('doctor', '--json')
    expect([status, stderr]).toEqual([1, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      findings: [{ id: 'node-version', level: 'problem', fix: expect.stringMatching(/^Install/) }],
    })
  })
})

it('the first file imports nothing before it checks the version, because old versions may not parse it', () => {
  const text = readFileSync(main, 'utf8')
  expect(text).toMatch(/^#!\/usr\/bin\/env node\n/)
  expect(text).not.toMatch(/^import\b/m)
  // and it is complete: Node 24 runs it
  expect(execFileSync(process.execPath, [main, '--version'], { encoding: 'utf8' })).toMatch(/^\d/)
})
