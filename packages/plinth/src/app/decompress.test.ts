import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'
import type { AppOptions } from './app.types.ts'

const bodies = router('/bodies')
const routes = {
  bodies: {
    size: bodies.post('/', { body: z.array(z.string()) }, ({ body }) => body.join('').length),
    small: bodies.post('/small', { body: z.string(), maxBody: 50 }, ({ body }) => body.length),
    raw: bodies.post('/raw', {}, async ({ request }) => ({
      length: (await request.text()).length,
      encoding: request.headers.get('content-encoding'),
    })),
  },
}

const served = (options: Partial<AppOptions<typeof routes>> = { decompress: { max: 10_000 } }) => {
  const api = app({ title: 'Bodies', routes, log: createLogger({ level: 'silent' }), ...options })
  return async (path: string, body: Uint8Array<ArrayBuffer> | string, coding?: string) => {
    const headers = {
      'content-type': 'application/json',
      ...(coding !== undefined && { 'content-encoding': coding }),
    }
    return api.fetch(new Request(`http://test/bodies${path}`, { method: 'POST', body, headers }))
  }
}

const text = (length: number): string => JSON.stringify(['x'.repeat(length)])
const codings = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
}

it.each(Object.entries(codings))(
  'a %s body is read as if it were sent plain',
  async (coding, pack) => {
    const send = served()
    const response = await send('', new Uint8Array(pack(text(5000))), coding)
    expect(await response.json()).toBe(5000)
    const raw = await send('/raw', new Uint8Array(pack(text(5000))), coding)
    expect(await raw.json()).toEqual({ length: 5004, encoding: null })
  },
)

it('without the option, a compressed body is a 415 that asks for a plain one', async () => {
  const response = await served({})('', new Uint8Array(gzipSync('[]')), 'gzip')
  expect(response.status).toBe(415)
  expect(response.headers.get('accept-encoding')).toBe('identity')
})

it('a content coding that is not supported is a 415 that names those that are', async () => {
  for (const coding of ['deflate', 'gzip, br', 'constructor']) {
    const response = await served()('', '[]', coding)
    expect(response.status).toBe(415)
    expect(response.headers.get('accept-encoding')).toBe('gzip, br, zstd')
  }
})

it.each(['gzip', 'br', 'zstd'] as const)(
  'limits count the inflated bytes of %s',
  async (coding) => {
    const send = served()
    const pack = (length: number) => new Uint8Array(codings[coding](text(length)))
    expect((await send('', pack(9000), coding)).status).toBe(200)
    for (const path of ['', '/raw']) {
      const response = await send(path, pack(1_000_000), coding)
      expect(response.status).toBe(413)
      expect(await response.json()).toMatchObject({ code: 'PLINTH_CONTENT_TOO_LARGE' })
    }
    const small = new Uint8Array(codings[coding](JSON.stringify('x'.repeat(60))))
    expect((await send('/small', small, coding)).status).toBe(413)
  },
)

it('bytes that decompress to nothing count, too', async () => {
  const empty = Buffer.concat([...Array.from({ length: 1000 }, () => gzipSync('')), gzipSync('[]')])
  const response = await served()('', new Uint8Array(empty), 'gzip')
  expect(response.status).toBe(413)
})

it.each([
  ['is cut off', new Uint8Array(gzipSync(text(5000)).subarray(0, 20))],
  ['is not what it says', '["plain"]'],
])('a compressed body that %s is a 400', async (_, body) => {
  for (const path of ['', '/raw']) {
    const response = await served()(path, body, 'gzip')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'PLINTH_MALFORMED_BODY' })
  }
})

it('a compressed body that no route reads is left alone', async () => {
  const cut = new Uint8Array(gzipSync(text(5000)).subarray(0, 20))
  expect((await served()('/nothing', cut, 'gzip')).status).toBe(404)
})

it.each([
  [{ max: 0 }, 'max is not a number of bytes'],
  [{ max: '1mb' }, 'max is not a number of bytes'],
  [{ max: 2_000_000 }, 'no route takes a body of more than 1048576 bytes'],
  [{ max: 1, level: 9 }, 'unknown option "level"'],
])('decompress: %j fails the start', (decompress, words) => {
  expect(() => served({ decompress: decompress as { max: number } })).toThrow(words)
})
