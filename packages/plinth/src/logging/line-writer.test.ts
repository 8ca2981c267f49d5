import { describe, expect, it } from 'vitest'
import { LineWriter, type LineWriterOptions } from './line-writer.ts'

/** An output that takes what the test allows: `room` bytes, then each write fails with `error`. */
function output(options: Partial<LineWriterOptions> = {}) {
  const state = { text: '', room: Number.POSITIVE_INFINITY, error: 'ENOSPC', writes: 0 }
  const errors: unknown[] = []
  const writer = new LineWriter({
    sink: (chunk, done) => {
      state.writes++
      const taken = Math.min(chunk.length, state.room)
      state.room -= taken
      state.text += chunk.subarray(0, taken).toString('latin1')
      const error = Object.assign(new Error(state.error), { code: state.error })
      setImmediate(() => (taken === 0 ? done(error, 0) : done(undefined, taken)))
    },
    onError: (error) => errors.push(error),
    report: (dropped) => `dropped ${dropped}\n`,
    ...options,
  })
  return { state, errors, writer }
}
const lines = (count: number): string[] => Array.from({ length: count }, (_, i) => `line ${i}\n`)

describe('the log writer', () => {
  it('writes every line in its order', async () => {
    const { state, writer } = output({ gather: 50, chunk: 40 })
    for (const line of lines(1000)) writer.write(line)
    await writer.flush(10_000)
    expect(state.text).toBe(lines(1000).join(''))
    expect(writer.unwritten).toBe(0)
  })

  it('writes whole lines of at most the given number of bytes', async () => {
    const sizes: number[] = []
    const { writer } = output({
      chunk: 64,
      sink: (chunk, done) => {
        sizes.push(chunk.length)
        expect(chunk.at(-1)).toBe(10)
        done(undefined, chunk.length)
      },
    })
    for (const line of [...lines(100), `${'ü'.repeat(100)}\n`, ...lines(10)]) writer.write(line)
    await writer.flush(10_000)
    expect(sizes.filter((size) => size > 64)).toEqual([201])
  })

  it('goes on in the middle of a line after the output was full, so that no line is torn', async () => {
    const { state, errors, writer } = output()
    state.room = 13
    for (const line of lines(10)) writer.write(line)
    const flushed = writer.flush(30_000)
    await expect.poll(() => errors.length).toBe(1)
    expect(state.text).toBe('line 0\nline 1')
    state.room = Number.POSITIVE_INFINITY
    await flushed
    expect(state.text).toBe(lines(10).join(''))
  })

  it('drops lines beyond its buffer, and reports their number once there is room', async () => {
    const { state, writer } = output({ most: 700 })
    state.room = 0
    for (const line of lines(1000)) writer.write(line)
    expect(writer.unwritten).toBe(1000)
    await writer.flush(1)
    state.room = Number.POSITIVE_INFINITY
    await writer.flush(30_000)
    const written = state.text.split('\n').slice(0, -1)
    const reported = written.filter((line) => line.startsWith('dropped'))
    expect(reported).toHaveLength(1)
    expect(written.length - 1 + Number(reported[0]!.slice(8))).toBe(1000)
    expect(writer.unwritten).toBe(0)
  })

  it('reports an error once, and counts what it could not write', async () => {
    const { state, errors, writer } = output()
    state.room = 0
    for (const line of lines(7)) writer.write(line)
    await writer.flush(1)
    await writer.flush(1200)
    expect(state.writes).toBeGreaterThan(1)
    expect(errors).toHaveLength(1)
    expect(writer.unwritten).toBe(7)
  })

  it.each(['EPIPE', 'ERR_STREAM_DESTROYED'])('does not write again after %s', async (code) => {
    const { state, writer } = output()
    Object.assign(state, { room: 0, error: code })
    for (const line of lines(3)) writer.write(line)
    await writer.flush(30_000)
    for (const line of lines(4)) writer.write(line)
    await writer.flush(30_000)
    expect(state.writes).toBe(1)
    expect(writer.unwritten).toBe(7)
  })
})
