import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { lockDirectory } from './directory-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'plinth-lock-'))
afterAll(() => rmSync(folder, { recursive: true }))
const module = join(import.meta.dirname, 'directory-lock.ts')

/** What another process says that takes the lock, and ends at once. */
const otherProcess = (directory: string) =>
  spawnSync(
    process.execPath,
    [
      '-e',
      `import(${JSON.stringify(module)}).then((m) => m.lockDirectory(process.argv[1]))`,
      directory,
    ],
    { encoding: 'utf8' },
  )

it('is held by one process, which may ask again', () => {
  const directory = join(folder, 'held')
  lockDirectory(directory)
  lockDirectory(directory)
  const { status, stderr } = otherProcess(directory)
  expect(status).toBe(1)
  expect(stderr).toContain(`${directory} is in use by process ${process.pid}: stop that process`)
  expect(readFileSync(`${directory}.lock`, 'utf8')).toBe(String(process.pid))
})

it('is gone with its process, and taken over from one that died without a word', () => {
  const directory = join(folder, 'left')
  expect(otherProcess(directory)).toMatchObject({ status: 0, stderr: '' })
  expect(existsSync(`${directory}.lock`)).toBe(false)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  for (const dead of [String(pid), 'no number', '']) {
    writeFileSync(`${directory}.lock`, dead)
    expect(otherProcess(directory)).toMatchObject({ status: 0, stderr: '' })
  }
})
