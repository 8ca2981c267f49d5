import { describe, expect, it } from 'vitest'
import { incomingRequestOf } from './incoming-request.ts'
import { readBody as read } from './read-body.ts'

const readBody = async (request: Request, most: number) =>
  read(incomingRequestOf(request), most, (bytes) => bytes)
const limit = 1000
const url = 'http://localhost/'

function streamed(sizes: readonly number[], read: { chunks: number }): Request {
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = sizes[read.chunks++]
        if (size === undefined) controller.close()
        else controller.enqueue(new Uint8Array(size).fill(97))
      },
    },
    { highWaterMark: 0 },
  )
  return new Request(url, { method: 'POST', body, duplex: 'half' })
}

describe('readBody', () => {
  it('returns the bytes of a body with a declared length', async () => {
    const request = new Request(url, {
      method: 'POST',
      body: 'häl',
      headers: { 'content-length': '4' },
    })
    expect(Buffer.from(await readBody(request, limit)).toString()).toBe('häl')
  })

  it('returns the bytes of a body in chunks', async () => {
    const bytes = await readBody(streamed([10, 20, 30], { chunks: 0 }), limit)
    expect(bytes.byteLength).toBe(60)
  })

  it('returns no bytes if there is no body', async () => {
    expect(await readBody(new Request(url), limit)).toHaveLength(0)
  })

  it('accepts exactly the limit', async () => {
    expect(await readBody(streamed([limit], { chunks: 0 }), limit)).toHaveLength(limit)
  })

  it('refuses a body that is declared too large, without reading it', async () => {
    const read = { chunks: 0 }
    const request = streamed([2000], read)
    request.headers.set('content-length', '2000')
    await expect(readBody(request, limit)).rejects.toMatchObject({
      status: 413,
      code: 'PLINTH_CONTENT_TOO_LARGE',
    })
    expect(read.chunks).toBe(0)
  })

  it('refuses a body in chunks as soon as it is too large', async () => {
    const read = { chunks: 0 }
    const endless = Array.from({ length: 100_000 }, () => 600)
    await expect(readBody(streamed(endless, read), limit)).rejects.toMatchObject({ status: 413 })
    expect(read.chunks).toBe(2)
  })

  it('refuses a body that is larger than declared', async () => {
    const request = streamed([600, 600], { chunks: 0 })
    request.headers.set('content-length', '5')
    await expect(readBody(request, limit)).rejects.toMatchObject({ status: 413 })
  })

  it.each(['gzip', 'br', 'identity, gzip', 'x-unknown'])('refuses %s', async (encoding) => {
    const request = streamed([1], { chunks: 0 })
    request.headers.set('content-encoding', encoding)
    await expect(readBody(request, limit)).rejects.toMatchObject({
      status: 415,
      headers: { 'accept-encoding': 'identity' },
    })
  })

  it('accepts identity', async () => {
    const request = streamed([1], { chunks: 0 })
    request.headers.set('content-encoding', 'Identity')
    expect(await readBody(request, limit)).toHaveLength(1)
  })

  it('throws a 400 when the body breaks off', async () => {
    const body = new ReadableStream({
      start: (controller) => controller.error(new Error('socket hang up')),
    })
    const request = new Request(url, { method: 'POST', body, duplex: 'half' })
    await expect(readBody(request, limit)).rejects.toMatchObject({
      status: 400,
      code: 'PLINTH_MALFORMED_BODY',
    })
  })
})
