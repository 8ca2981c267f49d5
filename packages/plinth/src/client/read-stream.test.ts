import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { linesOf, messagesOf } from './read-stream.ts'

/** A body that arrives in these chunks. */
const bodyOf = (parts: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  ReadableStream.from(parts)
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const messages = (text: string) => Array.fromAsync(messagesOf(bodyOf([bytesOf(text)])))

it.each([
  ['data: a\n\n', ['a']],
  ['data:a\n\ndata: b\n\n', ['a', 'b']],
  ['data: a\ndata: b\n\n', ['a\nb']],
  ['data:  a\n\n', [' a']],
  ['data\n\n', ['']],
  [': ping\n\ndata: a\n\n', ['a']],
  ['data: a\r\n\r\ndata: b\r\rdata: c\n\n', ['a', 'b', 'c']],
  ['\u{feff}data: a\n\n', ['a']],
  ['unknown: x\ndata: a:b\n\n', ['a:b']],
  ['event: x\n\ndata: a\n\n', ['a']],
  ['data: a\n\ndata: unfinished\n', ['a']],
  ['', []],
])('parses the messages of %j', async (text, data) => {
  expect((await messages(text)).map((message) => message.data)).toEqual(data)
})

it('a message has its fields; id and retry carry over to later messages', async () => {
  const text =
    'id: 1\nevent: x\nretry: 10\ndata: a\n\nretry: 1x\nid: a\0b\ndata: b\n\nid\ndata: c\n\n'
  expect(await messages(text)).toEqual([
    { data: 'a', id: '1', event: 'x', retry: 10 },
    { data: 'b', id: '1', event: 'message', retry: 10 },
    { data: 'c', id: '', event: 'message', retry: 10 },
  ])
})

it('lines do not depend on the boundaries of chunks', async () => {
  const line = fc
    .string({ unit: 'grapheme' })
    .map((text) => text.replaceAll(/[\r\n\u{feff}]/gu, '_'))
  const ends = fc.constantFrom('\n', '\r\n', '\r')
  const pairs = fc.array(fc.tuple(line, ends), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(pairs, fc.infiniteStream(fc.nat(7)), async (lines, cuts) => {
      // an empty line with LF after a CR would form a CRLF
      const written = lines.map(([text, end]) => [text || '_', end] as const)
      const bytes = bytesOf(written.map(([text, end]) => text + end).join(''))
      const parts: Uint8Array[] = []
      for (let at = 0; at < bytes.length;) {
        const size = (cuts.next().value ?? 0) + 1
        parts.push(bytes.subarray(at, at + size))
        at += size
      }
      const found = await Array.fromAsync(linesOf(bodyOf(parts)))
      if (found.at(-1) === '') found.pop()
      expect(found).toEqual(written.map(([text]) => text))
    }),
  )
})

it('leaving the loop cancels the body', async () => {
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytesOf('data: a\n\n')),
    cancel: () => void (cancelled = true),
  })
  for await (const { data } of messagesOf(body)) {
    expect(data).toBe('a')
    break
  }
  expect(cancelled).toBe(true)
})
