import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { lockDirectory } from './directory-lock.ts'
import { child } from '../../../test/support/child.ts'

const root = mkdtempSync(join(tmpdir(), 'plinth-lock-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(root, 'case-'))
})

const holding = (more = '') =>
  child(
    `const free = await lockDirectory(${JSON.stringify(directory)}); console.log('locked'); ${more}; setInterval(() => {}, 1000)`,
    { lockDirectory: 'database/drivers/directory-lock.ts' },
  )
const lockFile = (): string => `${directory}.lock`
const held = { code: 'PLINTH_DATABASE_LOCKED' }

describe('lockDirectory', () => {
  it('creates a file beside the directory, and removes it', async () => {
    const free = await lockDirectory(directory)
    expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toMatchObject({ pid: process.pid })
    free()
    expect(existsSync(lockFile())).toBe(false)
  })

  it('refuses the process that holds the lock already', async () => {
    const free = await lockDirectory(directory)
    await expect(lockDirectory(directory)).rejects.toMatchObject(held)
    await expect(lockDirectory(directory)).rejects.toThrow(`this process (${process.pid}) already`)
    free()
  })

  it('never takes the lock from a running process, and names that process', async () => {
    const other = holding()
    await other.printed('locked')
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      ...held,
      message: expect.stringContaining(`process ${other.process.pid}`),
    })
    other.process.kill('SIGKILL')
    await other.ended()
    const free = await lockDirectory(directory)
    free()
  })

  it('waits for a process that is about to exit', async () => {
    const other = holding('setTimeout(free, 300)')
    await other.printed('locked')
    const free = await lockDirectory(directory)
    free()
    other.process.kill('SIGKILL')
    await other.ended()
  })

  it('releases the lock when the process exits', async () => {
    const other = holding('process.exit()')
    await other.ended()
    expect(existsSync(lockFile())).toBe(false)
  })

  it('takes the lock over when another process has the pid now', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await once(stranger, 'spawn')
    const left = { pid: stranger.pid, host: hostname(), began: 'another-boot:1', id: 'x' }
    writeFileSync(lockFile(), JSON.stringify(left))
    const free = await lockDirectory(directory)
    free()
    stranger.kill('SIGKILL')
    await once(stranger, 'close')
  })

  it.each(['', '{"pid":', '17'])('takes the lock over when its file contains %j', async (text) => {
    writeFileSync(lockFile(), text)
    const free = await lockDirectory(directory)
    free()
  })

  it('does not touch the lock of another machine', async () => {
    writeFileSync(lockFile(), JSON.stringify({ pid: 1, host: 'elsewhere', began: null, id: 'x' }))
    await expect(lockDirectory(directory)).rejects.toThrow(
      `process 1 on elsewhere: stop that process, or, if it is gone, remove ${lockFile()}`,
    )
  })

  it('gives a dead lock to one of many processes that find it', async () => {
    const dead = holding()
    await dead.printed('locked')
    dead.process.kill('SIGKILL')
    await dead.ended()
    const all = Array.from({ length: 4 }, () =>
      child(
        `try { await lockDirectory(${JSON.stringify(directory)}); console.log('won'); setInterval(() => {}, 1000) } catch (e) { console.log(e.code) }`,
        { lockDirectory: 'database/drivers/directory-lock.ts' },
      ),
    )
    // the winner keeps the lock until every other process has ended
    const ended = all.map(async (one) => (await one.ended()).output.trim())
    const winner = await Promise.any(all.map((one) => one.printed('won').then(() => one)))
    const losers = ended.filter((_, at) => all[at] !== winner)
    expect(await Promise.all(losers)).toEqual(Array(3).fill(held.code))
    winner.process.kill('SIGKILL')
    expect(await ended[all.indexOf(winner)]).toBe('won')
  })
})
