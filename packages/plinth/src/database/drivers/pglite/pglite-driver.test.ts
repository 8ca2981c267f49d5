import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { database } from '../../database.ts'
import { runIsolated } from '../../../http/request-scope.ts'
import { child } from '../../../../test/support/child.ts'
import { failure } from '../../../../test/support/database-contract/tables.ts'

const root = mkdtempSync(join(tmpdir(), 'plinth-pglite-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const closed =
  "The in-memory database was closed (by the app's shutdown, testApp's dispose or close()) and its data is gone"
let count = 0
const newDirectory = (): string => join(root, 'deep', `${(count += 1)}`)

describe('an embedded database', () => {
  it('keeps its rows in a directory when it is closed, and opens again by itself', async () => {
    const directory = newDirectory()
    const db = database(`pglite:${directory}`)
    expect(existsSync(directory)).toBe(false)
    await db.execute('create table notes (id int); insert into notes values (1)')
    expect(existsSync(`${directory}.lock`)).toBe(true)
    await db.close()
    expect(existsSync(`${directory}.lock`)).toBe(false)
    expect((await db.execute('select * from notes')).rows).toEqual([{ id: 1 }])
    await db.close()
  })

  it('is gone after it was closed in memory, and reports that', async () => {
    const db = database('pglite:memory')
    await db.open()
    await db.close()
    await db.close()
    expect(await failure(db.execute('select 1'))).toMatchObject({
      status: 503,
      code: 'PLINTH_DATABASE_UNAVAILABLE',
      message: closed,
      cause: new Error(closed),
    })
  })

  it('does not tell callers in production that it was closed in memory, only the log', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    const db = database('pglite:memory')
    await db.open()
    await db.close()
    expect(await failure(db.execute('select 1'))).toMatchObject({
      message: 'The database cannot be reached; try again in a moment',
      cause: new Error(closed),
    })
  })

  it('keeps every acknowledged row when its process is killed', async () => {
    const directory = newDirectory()
    const script = `const db = database('pglite:${directory}')
      await db.execute('create table if not exists notes (id int generated always as identity)')
      for (let i = 0; i < 50; i++) await db.execute('insert into notes default values')
      console.log('fifty'); setInterval(() => {}, 1000)`
    for (const rows of ['50', '100']) {
      const writer = child(script)
      await writer.printed('fifty')
      writer.process.kill('SIGKILL')
      await writer.ended()
      const db = database(`pglite:${directory}`)
      expect((await db.execute('select count(*) from notes')).rows).toEqual([{ count: rows }])
      await db.close()
    }
  })

  it('refuses a second process, and is not damaged by it', async () => {
    const directory = newDirectory()
    const first = child(
      `const db = database('pglite:${directory}'); await db.execute('create table notes (id int)')
      console.log('open'); setInterval(() => {}, 1000)`,
    )
    await first.printed('open')
    const second = child(`await database('pglite:${directory}').open()`)
    const { code, output } = await second.ended()
    expect(code).not.toBe(0)
    expect(output).toContain('PLINTH_DATABASE_LOCKED')
    expect(output).toContain(`process ${first.process.pid}`)
    first.process.kill('SIGKILL')
    await first.ended()
    const db = database(`pglite:${directory}`)
    expect((await db.execute('select * from notes')).rows).toEqual([])
    await db.close()
  })

  it('starts over if the first start was cut off', async () => {
    const directory = newDirectory()
    const db = database(`pglite:${directory}`)
    await db.open()
    await db.close()
    rmSync(join(directory, 'global'), { recursive: true })
    writeFileSync(`${directory}.new`, '')
    expect((await db.execute('select 1 as a')).rows).toEqual([{ a: 1 }])
    expect(existsSync(`${directory}.new`)).toBe(false)
    await db.close()
  })

  it('explains in a few lines that it cannot be opened, and what to do', async () => {
    const directory = newDirectory()
    const db = database(`pglite:${directory}`)
    await db.open()
    await db.close()
    for (const name of readdirSync(join(directory, 'global')))
      rmSync(join(directory, 'global', name), { recursive: true })
    const { code, output } = await child(`await database('pglite:${directory}').open()`).ended()
    expect(code).not.toBe(0)
    expect(output).toContain('PLINTH_DATABASE_DAMAGED')
    expect(output).toContain(`mv ${directory} ${directory}.broken`)
    expect(output.length).toBeLessThan(3000)
    expect(existsSync(`${directory}.lock`)).toBe(false)
  })

  it('runs one transaction at a time, and is busy for callers that wait too long', async () => {
    const db = database('pglite:memory', { acquireTimeout: 200 })
    const release = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const first = runIsolated(() =>
      db.transaction(async (tx) => {
        await tx.execute('select 1')
        begun.resolve()
        await release.promise
      }),
    )
    await begun.promise
    expect(await failure(runIsolated(() => db.execute('select 1')))).toMatchObject({
      status: 503,
      code: 'PLINTH_DATABASE_BUSY',
    })
    release.resolve()
    await first
    expect((await db.execute('select 1 as a')).rows).toEqual([{ a: 1 }])
    await db.close()
  })
})
