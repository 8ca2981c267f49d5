import { describe, expect, it } from 'vitest'
import { freshBodies } from './fresh-bodies.ts'
import { MultipartReader, type Part } from './multipart-reader.ts'

const content = 'content of the file, which lies in several chunks\r\n--not the boundary'
const form = Buffer.from(
  `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${content}\r\n--b\r\nContent-Disposition: form-data; name="b"\r\n\r\n${content}\r\n--b--\r\n`,
)

/** A body in chunks that have their memory to themselves. */
function bodyOf(size: number) {
  const chunks = Array.from({ length: Math.ceil(form.length / size) }, (_, at) =>
    Uint8Array.from(form.subarray(at * size, (at + 1) * size)),
  )
  return { chunks, body: ReadableStream.from(chunks) }
}

/** Reads a form, and each part as slowly as a disk would. */
async function read(
  body: ReadableStream<Uint8Array>,
  take: (part: Part) => Promise<void> = async () => undefined,
): Promise<string[]> {
  const texts: string[] = []
  const source = { body, type: 'multipart/form-data; boundary=b', limit: 10_000 }
  const reader = new MultipartReader(
    { ...source, signal: new AbortController().signal },
    async (part) => {
      await take(part)
      let text = ''
      for await (const piece of part.content) {
        await new Promise((resolve) => setImmediate(resolve))
        text += piece.toString('latin1')
      }
      texts[part.position] = text
    },
  )
  await reader.read()
  return texts
}

const freed = (chunks: readonly Uint8Array[]): number =>
  chunks.filter(({ byteLength }) => byteLength === 0).length

describe('a multipart body from a connection', () => {
  it.each([1, 3, 7, 64, 10_000])(
    'is read to the byte in chunks of %i bytes, and each chunk is freed',
    async (size) => {
      const { chunks, body } = bodyOf(size)
      freshBodies.add(body)
      expect(await read(body)).toEqual([content, content])
      expect(freed(chunks)).toBe(chunks.length)
    },
  )
  it('keeps the chunks in memory that a slow part has not read', async () => {
    const { chunks, body } = bodyOf(64)
    freshBodies.add(body)
    const arrived: number[] = []
    await read(body, async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      arrived.push(freed(chunks))
    })
    expect(arrived[0]).toBeLessThan(2)
  })
  it('fails with the error of a part, and does not wait for the others', async () => {
    const { body } = bodyOf(64)
    freshBodies.add(body)
    const refuse = async (): Promise<void> => {
      throw new Error('refused')
    }
    await expect(read(body, refuse)).rejects.toThrow('refused')
  })
})

it('a multipart body of a Request in the same process leaves its chunks to their owner', async () => {
  const { chunks, body } = bodyOf(64)
  expect(await read(body)).toEqual([content, content])
  expect(freed(chunks)).toBe(0)
})
