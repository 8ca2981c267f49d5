import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FileWatcher, stampOf } from './file-watcher.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plinth-watch-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a file that changed after it was read, and before it is watched, is a change', async () => {
  const file = join(folder, 'api.ts')
  writeFileSync(file, 'export const a = 1')
  const read = stampOf(file)
  writeFileSync(file, 'export const a = 22')
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  using watcher = new FileWatcher(resolve)
  watcher.add(file, read)
  expect(await promise).toEqual([file])
})

it('a file that is as it was read is not a change', async () => {
  const [file, other] = [join(folder, 'api.ts'), join(folder, 'other.ts')]
  writeFileSync(file, 'export const a = 1')
  writeFileSync(other, 'export const b = 1')
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  using watcher = new FileWatcher(resolve)
  watcher.add(file, stampOf(file))
  watcher.add(other, 'another state')
  expect(await promise).toEqual([other])
})

it('a change after the accepted state of a file is one, also of a file that was watched before', async () => {
  const file = join(folder, '.env.local')
  writeFileSync(file, 'A=1')
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  using watcher = new FileWatcher(resolve)
  watcher.add(file)
  writeFileSync(file, 'A=22')
  const accepted = stampOf(file)
  writeFileSync(file, 'A=333')
  watcher.accept(file, accepted)
  expect(await promise).toEqual([file])
})

it('a migration is a change once it is complete, under the name that it then has', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  using watcher = new FileWatcher(resolve)
  watcher.addMigrations(folder)
  const [draft, complete] = [join(folder, '.20261123_add.new'), join(folder, '20261123_add')]
  mkdirSync(draft)
  writeFileSync(join(draft, 'migration.sql'), 'select 1')
  renameSync(draft, complete)
  expect(await promise).toEqual([complete])
})
