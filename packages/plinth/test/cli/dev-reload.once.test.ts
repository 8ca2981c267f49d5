// `plinth dev` loads a service again in the same process: what changes, what stays, and what happens to errors.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliProject, secret, type CliProject, type Run } from '../support/cli-project.ts'

const valueFile = (value: string): string => `import { appendFileSync } from 'node:fs'
export const value: string = '${value}'
setInterval(() => appendFileSync('ticks', value + ' '), 5)
process.on('plinth-test', () => {})
export const fail = (): never => { throw new Error('failed on purpose') }
`

const files = {
  'src/env.ts': undefined,
  'src/models.ts': undefined,
  'src/notes.ts': undefined,
  'migrations/20260101000000_initial/migration.sql': 'create table "notes" ("text" text);\n',
  'src/database.ts': `import { database } from 'plinth'
export const db = database('pglite:memory')
`,
  'src/value.ts': valueFile('one'),
  'src/first.ts': `import { second } from './second.ts'
export const first = 1
export const sum = (): number => first + second()
`,
  'src/second.ts': `import { first } from './first.ts'
export const second = (): number => first + 10
`,
  'src/outer.cjs': "exports.text = require('./inner.cjs').text\n",
  'src/inner.cjs': "exports.text = 'common'\n",
  'src/unchanged.ts': 'export const made = crypto.randomUUID()\n',
  'src/api.ts': `import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { linked } from 'linked'
import { app, dependency, router, sse } from 'plinth'
import * as z from 'zod'
import common from './outer.cjs'
import { db } from './database.ts'
import { sum } from './first.ts'
import { made } from './unchanged.ts'
import { fail, value } from './value.ts'

const opened = dependency({}, async function* () {
  yield value
  appendFileSync('closed', value + ' ')
}, { scope: 'app' })
const routes = router('', { dependencies: { opened, db } })
const state = routes.get('/state', {}, () => ({
  value, made, linked, text: common.text, sum: sum(), pid: process.pid,
  listeners: process.listenerCount('plinth-test'),
}))
const add = routes.post('/notes', {}, async ({ db }) => {
  await db.execute("insert into notes values ('x')")
  return {}
})
const count = routes.get('/notes', {}, async ({ db }) => (await db.execute('select * from notes')).rows.length)
const slow = routes.get('/slow', {}, async () => {
  writeFileSync('began', '')
  while (!existsSync('go')) await delay(5)
  return value
})
const events = routes.get('/events', { response: sse(z.string()) }, async function* ({ signal }) {
  yield value
  await delay(3_600_000, undefined, { signal })
})
const boom = routes.get('/boom', {}, () => fail())
export const api = app({ title: 'Reload', routes: { state: { state, add, count, slow, events, boom } } })
`,
}

interface State {
  readonly value: string
  readonly made: string
  readonly linked: number
  readonly text: string
  readonly sum: number
  readonly pid: number
  readonly listeners: number
}

let project: CliProject
let elsewhere: string
let dev: Run
let url: string
let begun: State
beforeAll(async () => {
  project = cliProject(files)
  elsewhere = mkdtempSync(join(tmpdir(), 'plinth-linked-'))
  writeFileSync(
    join(elsewhere, 'package.json'),
    '{ "name": "linked", "type": "module", "exports": "./index.js" }',
  )
  writeFileSync(join(elsewhere, 'index.js'), 'export const linked = 1\n')
  mkdirSync(join(project.folder, 'node_modules'), { recursive: true })
  symlinkSync(elsewhere, join(project.folder, 'node_modules/linked'))
  dev = project.run(['dev', '--port', '0'], { env: { BETTER_AUTH_SECRET: secret } })
  url = (await dev.until(/API +(http:\/\/localhost:\d+)/))[1] ?? ''
  await dev.until(/Press Ctrl-C to stop/)
  begun = await state()
})
afterAll(async () => {
  await dev?.[Symbol.asyncDispose]()
  project?.[Symbol.dispose]()
  rmSync(elsewhere, { recursive: true, force: true })
})

const state = async (): Promise<State> => (await (await fetch(`${url}/state`)).json()) as State
const written = (name: string): string => {
  const file = join(project.folder, name)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
async function change(name: string, text: string, said = /reloaded in/): Promise<string> {
  const from = dev.said.length
  project.write(name, text)
  await dev.until(said, from)
  return dev.said.slice(from)
}

describe('a reload of plinth dev', () => {
  it('evaluates the changed file and its importers; other modules, the process and the rows stay', async () => {
    await fetch(`${url}/notes`, { method: 'POST' })
    await change('src/value.ts', valueFile('two'))
    const { value, made, pid, listeners } = await state()
    expect({ value, made, pid, listeners }).toEqual({
      value: 'two',
      made: begun.made,
      pid: begun.pid,
      listeners: 1,
    })
    expect(await (await fetch(`${url}/notes`)).json()).toBe(1)
    expect(written('closed')).toBe('one ')
  })

  it('stops the timers that the old version of a file has started', async () => {
    const ticks = (value: string): number =>
      written('ticks')
        .split(' ')
        .filter((each) => each === value).length
    const old = ticks('one')
    const now = ticks('two')
    await expect.poll(() => ticks('two')).toBeGreaterThan(now + 5)
    expect(ticks('one')).toBe(old)
  })

  it('ends streams, lets a running request finish in the old code, and serves later ones in the new code', async () => {
    const events = (await fetch(`${url}/events`)).text()
    const slow = fetch(`${url}/slow`)
    await expect.poll(() => existsSync(join(project.folder, 'began'))).toBe(true)
    const from = dev.said.length
    project.write('src/value.ts', valueFile('three'))
    // The stream ends when the reload begins to wait for the old code.
    expect(await events).toContain('two')
    const held = state()
    project.write('go', '')
    expect(await (await slow).json()).toBe('two')
    expect((await held).value).toBe('three')
    await dev.until(/reloaded in/, from)
  })

  it('follows CommonJS files, import cycles, and new files', async () => {
    await change('src/inner.cjs', "exports.text = 'changed'\n")
    await change(
      'src/second.ts',
      `import { first } from './first.ts'
export const second = (): number => first + 20
`,
    )
    expect(await state()).toMatchObject({ text: 'changed', sum: 22 })
    const missing = await change(
      'src/second.ts',
      "import { ten } from './ten.ts'\nexport const second = (): number => ten\n",
      /still serves/,
    )
    expect(missing).toMatch(/Cannot find module .*ten\.ts/)
    expect((await state()).sum).toBe(22)
    await change('src/ten.ts', 'export const ten = 10\n')
    await change('src/ten.ts', 'export const ten = 11\n')
    expect((await state()).sum).toBe(12)
    const from = dev.said.length
    rmSync(join(project.folder, 'src/ten.ts'))
    await dev.until(/still serves/, from)
    await change('src/second.ts', 'export const second = (): number => 5\n')
    expect((await state()).sum).toBe(6)
  })

  it.each([
    ['a syntax error', 'const = 1', /src\/unchanged\.ts:2: /],
    [
      'an error while it is evaluated',
      "throw new Error('no luck')",
      /src\/unchanged\.ts:2: no luck/,
    ],
  ])('leaves the old code serving after %s, and names the line', async (_, line, said) => {
    const text = project.read('src/unchanged.ts')
    const before = await state()
    expect(await change('src/unchanged.ts', `${text}${line}\n`, /still serves/)).toMatch(said)
    expect(await state()).toEqual(before)
    await change('src/unchanged.ts', text)
    expect((await state()).made).not.toBe(before.made)
  })

  it.each([
    ['a setup error of the app', "docs: { path: '/health/live' as const },", /\(PLINTH_[A-Z_]+\)/],
    [
      'an error at startup',
      "lifespan: async function* () { throw new Error('no lifespan') },",
      /no lifespan/,
    ],
  ])('leaves the old code serving after %s', async (_, option, said) => {
    const api = project.read('src/api.ts')
    const broken = api.replace("title: 'Reload',", `title: 'Reload', ${option}`)
    expect(await change('src/api.ts', broken, /still serves/)).toMatch(said)
    expect((await state()).value).toBe('three')
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    await change('src/api.ts', api)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  })

  it('shows the plain path of a reloaded file in stack traces', async () => {
    const from = dev.said.length
    expect((await fetch(`${url}/boom`)).status).toBe(500)
    await dev.until(/failed on purpose[\s\S]*src\/value\.ts:5:\d+/, from)
    expect(dev.said.slice(from)).not.toContain('?v=')
  })

  it('saves without a change do nothing, and a linked package restarts the process', async () => {
    const from = dev.said.length
    project.write('src/value.ts', project.read('src/value.ts'))
    writeFileSync(join(elsewhere, 'index.js'), 'export const linked = 2\n')
    await dev.until(/ changed: restarted in/, from)
    expect(dev.said.slice(from)).not.toContain('reloaded in')
    const after = await state()
    expect(after.linked).toBe(2)
    expect(after.pid).not.toBe(begun.pid)
  })
})
