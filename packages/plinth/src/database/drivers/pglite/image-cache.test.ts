import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { database } from '../../database.ts'
import { dropImage, readImage, writeImage } from './image-cache.ts'
import { pgliteVersion } from './open-pglite.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-cache-'))
  vi.stubEnv('PLINTH_CACHE_DIR', directory)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})
const image = Buffer.alloc(10_240, 'an image ')
image.write('ustar', 257)

describe('the cache of images', () => {
  it('returns the image it stored, which is smaller on disk', async () => {
    expect(readImage('a')).toBeUndefined()
    writeImage('a', image)
    const read = await readImage('a')?.arrayBuffer()
    expect(read && image.equals(new Uint8Array(read))).toBe(true)
    expect(readFileSync(join(directory, 'a.tar.zst')).length).toBeLessThan(image.length / 2)
    dropImage('a')
    expect(readImage('a')).toBeUndefined()
  })

  it.each([
    ['cut off', (file: Buffer) => file.subarray(0, file.length - 3)],
    ['changed', (file: Buffer) => file.with(file.length - 8, file.at(-8)! ^ 1)],
    ['emptied', () => Buffer.alloc(0)],
  ])('ignores a file that was %s', (_, change) => {
    writeImage('a', image)
    const file = join(directory, 'a.tar.zst')
    writeFileSync(file, change(readFileSync(file)))
    expect(readImage('a')).toBeUndefined()
  })

  it('keeps the ones used last', () => {
    for (let i = 0; i < 20; i += 1) {
      writeImage(`image-${i}`, image)
      utimesSync(join(directory, `image-${i}.tar.zst`), 1000 + i, 1000 + i)
    }
    expect(readdirSync(directory)).toHaveLength(12)
    expect(readImage('image-19')).toBeDefined()
    expect(readImage('image-0')).toBeUndefined()
  })

  it('is optional: a database opens even if the cache cannot be written', async () => {
    writeFileSync(join(directory, 'file'), '')
    vi.stubEnv('PLINTH_CACHE_DIR', join(directory, 'file', 'within'))
    writeImage('a', image)
    expect(readImage('a')).toBeUndefined()
    const db = database('pglite:memory')
    expect((await db.execute('select 1 as a')).rows).toEqual([{ a: 1 }])
    await db.close()
  })

  it('gives each database its own rows, although they share an image', async () => {
    const first = database('pglite:memory')
    await first.execute('select 1')
    const key = `pglite-${pgliteVersion()}-blank`
    const before = new Uint8Array(await readImage(key)!.arrayBuffer()).slice()
    const [one, other] = [database('pglite:memory'), database('pglite:memory')]
    await one.execute('create table a as select * from generate_series(1, 10000) n')
    await expect(other.execute('select * from a')).rejects.toThrow()
    await Promise.all([first.close(), one.close(), other.close()])
    expect(readImage(key)).toBe(readImage(key))
    expect(Buffer.from(await readImage(key)!.arrayBuffer()).equals(before)).toBe(true)
  })

  it('replaces an image that is not an archive', async () => {
    const key = `pglite-${pgliteVersion()}-blank`
    writeImage(key, Buffer.alloc(10_240, 'x'))
    const db = database('pglite:memory')
    expect((await db.execute('select 1 as a')).rows).toEqual([{ a: 1 }])
    await db.close()
    expect(readImage(key)!.size).toBeGreaterThan(1_000_000)
  })
})
