import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { base64 } from './base64.ts'
import { compiled } from './compiled.ts'
import { duration } from './duration.ts'
import { timeOfDay } from './time-of-day.ts'
import { wire } from './wire.ts'
import type { AnySchema } from './any-schema.ts'

const read = (schema: AnySchema, value: unknown): unknown => {
  const result = compiled(wire(schema, 'strings')).decode(value)
  return result.ok ? result.value : 'refused'
}
const write = (schema: AnySchema, value: unknown): unknown => {
  const result = compiled(wire(schema, 'json')).encode(value)
  return result.ok ? result.value : 'refused'
}

describe('duration()', () => {
  it.each([
    ['PT0S', 0, 'PT0S'],
    ['PT1H30M', 5_400_000, 'PT1H30M'],
    ['PT90M', 5_400_000, 'PT1H30M'],
    ['P1DT2H', 93_600_000, 'P1DT2H'],
    ['PT26H', 93_600_000, 'P1DT2H'],
    ['P2W', 1_209_600_000, 'P14D'],
    ['PT0.001S', 1, 'PT0.001S'],
    ['PT1,5S', 1500, 'PT1.5S'],
  ])('reads %s as %i milliseconds, and writes %s', (text, milliseconds, written) => {
    expect(read(duration(), text)).toBe(milliseconds)
    expect(write(duration(), milliseconds)).toBe(written)
  })
  it.each(['P1Y', 'P1M', 'P', 'PT', 'P1DT', '-PT1S', 'PT-1S', 'PT0.0001S', '3600', 'P1W2D', 5])(
    'refuses %j: years, months, a sign, or digits after the milliseconds',
    (text) => expect(read(duration(), text)).toBe('refused'),
  )
  it.each([-1, 0.5, Number.NaN, 1e300])('does not send %d, which a duration cannot be', (value) => {
    expect(write(duration(), value)).toBe('refused')
  })
  it('runs refinements of its own on the milliseconds, in both directions', () => {
    const short = duration().refine((time) => time <= 60_000)
    expect(read(short, 'PT1M')).toBe(60_000)
    expect(read(short, 'PT2M')).toBe('refused')
    expect(write(short, 120_000)).toBe('refused')
  })
})

describe('timeOfDay()', () => {
  it.each([
    ['00:00', 0, '00:00:00'],
    ['09:30', 34_200_000, '09:30:00'],
    ['09:30:15', 34_215_000, '09:30:15'],
    ['09:30:15.25', 34_215_250, '09:30:15.25'],
    ['23:59:59.999', 86_399_999, '23:59:59.999'],
  ])('reads %s as %i milliseconds after midnight, and writes %s', (text, time, written) => {
    expect(read(timeOfDay(), text)).toBe(time)
    expect(write(timeOfDay(), time)).toBe(written)
  })
  it.each(['24:00', '9:30', '09:60', '09:30Z', '09:30:15.0001', '', 930])('refuses %j', (text) => {
    expect(read(timeOfDay(), text)).toBe('refused')
  })
  it.each([-1, 86_400_000, 0.5])('does not send %d, which no day has', (value) => {
    expect(write(timeOfDay(), value)).toBe('refused')
  })
})

describe('base64()', () => {
  it.each([[[]], [[0]], [[255, 254, 253]], [[1, 2, 3, 4]]])('round-trips the bytes %j', (all) => {
    const bytes = Uint8Array.from(all)
    const text = write(base64(), bytes)
    expect(text).toBe(Buffer.from(bytes).toString('base64'))
    expect(read(base64(), text)).toEqual(bytes)
  })
  it.each(['AA', 'A===', '_-8=', 'AAA A', 'ä'])('refuses the text %j', (text) => {
    expect(read(base64(), text)).toBe('refused')
  })
  it('refuses more bytes than maxSize in both directions', () => {
    const key = base64({ maxSize: 2 })
    expect(read(key, 'AAA=')).toEqual(new Uint8Array(2))
    expect(read(key, 'AAAA')).toBe('refused')
    expect(write(key, new Uint8Array(3))).toBe('refused')
  })
  it.each([1, 2, 3, 4, 5, 6, 7])(
    'documents the texts of up to %i bytes by a pattern that is exact',
    (maxSize) => {
      const { pattern = '' } = z.toJSONSchema(base64({ maxSize }), { io: 'input' })
      const fits = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((size) =>
        new RegExp(pattern).test(Buffer.alloc(size).toString('base64')),
      )
      expect(fits).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((size) => size <= maxSize))
    },
  )
  it('sends the bytes of a part of a buffer, and keeps no buffer of the request alive', () => {
    const part = Buffer.from('hello world').subarray(6)
    expect(write(base64(), part)).toBe('d29ybGQ=')
    const read1 = read(base64(), 'd29ybGQ=') as Uint8Array
    expect(read1.buffer.byteLength).toBe(5)
  })
  it('does not send what is not a Uint8Array', () => {
    expect(write(base64(), [1, 2])).toBe('refused')
  })
})
