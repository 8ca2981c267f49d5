import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nextSteps, plinthSource } from './program.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-program-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = (args: readonly string[], ...flags: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, main, ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr, made: readdirSync(folder) }
}

it.each([
  [['app', '--instal'], '(Did you mean --install?)'],
  [['app', 'other'], 'too many arguments'],
  [['app', '--name'], 'argument missing'],
  [['app', '--auth', '--web'], "'-a, --auth' cannot be used with option '-w, --web'"],
  [[], 'say where: npm create plinth my-app'],
])('create-plinth refuses the wrong usage %j', (args, words) => {
  const { code, stdout, stderr, made } = run(args)
  expect([code, stdout, made]).toEqual([2, '', []])
  expect(stderr).toContain(words)
})

it.each([
  [['My App'], "'My App' is not a valid package name: it may have small letters"],
  [['app', '--name', '../app'], "'../app' is not a valid package name"],
  [['app', '--plinth', './none.tgz'], 'Not found: '],
])('create-plinth refuses the name or folder %j', (args, words) => {
  const { code, stdout, stderr, made } = run(args)
  expect([code, stdout, made]).toEqual([1, '', []])
  expect(stderr).toMatch(/^create-plinth: [^\n]+\n$/)
  expect(stderr).toContain(words)
})

it('create-plinth asks nothing without a terminal, and creates my-app with --yes', () => {
  const { code, stderr, made } = run(['--yes'])
  expect([code, stderr, made]).toEqual([0, '', ['my-app']])
})

it('create-plinth reports in a line that Node is too old', () => {
  const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.2' } })
Object.defineProperty(process, 'version', { value: 'v20.19.2' })`
  const preload = `data:text/javascript,${encodeURIComponent(old)}`
  const { code, stdout, stderr, made } = run(['app'], '--import', preload)
  expect([code, stdout, made]).toEqual([1, '', []])
  expect(stderr).toMatch(
    /^create-plinth: Plinth needs Node 24 or newer, and this is v20\.19\.2: .+\n$/,
  )
})

it('create-plinth accepts a tarball relative to the current folder', () => {
  writeFileSync(join(folder, 'plinth.tgz'), '')
  for (const given of ['plinth.tgz', './plinth.tgz', 'file:plinth.tgz', join(folder, 'plinth.tgz')])
    expect(plinthSource(given, folder)).toBe(`file:${join(folder, 'plinth.tgz')}`)
  expect(plinthSource('0.2.0', folder)).toBe('0.2.0')
})

it('create-plinth prints the next commands', () => {
  const steps = (name: string, done?: Parameters<typeof nextSteps>[1]) =>
    stripVTControlCharacters(nextSteps({ folder: join(process.cwd(), name), name: 'a' }, done))
  expect(steps('a')).toContain('\n  cd a\n  npm install\n  npm run dev\n')
  expect(steps("it's", { installed: true })).toContain(`\n  cd 'it'\\''s'\n  npm run dev\n`)
  expect(steps('a', { web: true })).toContain(': cd web, npm install, npm run dev\n')
  expect(steps('')).not.toContain('cd ')
})
