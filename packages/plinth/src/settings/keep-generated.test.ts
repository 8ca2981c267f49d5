import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi, type MockInstance } from 'vitest'
import { keepGenerated } from './keep-generated.ts'

let directory: string
let stderr: MockInstance
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-keep-'))
  stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

test('a value that another process saved in the meantime is used', () => {
  writeFileSync(join(directory, '.env.local'), 'S=theirs\n')
  const make = vi.fn(() => 'ours')
  expect(keepGenerated('S', directory, make)?.text).toBe('theirs')
  expect(make).not.toHaveBeenCalled()
  expect(stderr).not.toHaveBeenCalled()
})

test('the lock of a dead process is taken over, and no lock file is left', () => {
  const lock = join(directory, '.env.local.lock')
  writeFileSync(lock, '')
  utimesSync(lock, 1, 1)
  expect(keepGenerated('S', directory, () => 'ours')?.text).toBe('ours')
  expect(readFileSync(join(directory, '.env.local'), 'utf8')).toBe('S=ours\n')
  expect(existsSync(lock)).toBe(false)
})
