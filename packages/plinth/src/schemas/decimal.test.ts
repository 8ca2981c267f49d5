import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { compiled } from './compiled.ts'
import { canonicalDecimal } from './decimal-text.ts'
import { decimal, type DecimalOptions } from './decimal.ts'

describe('decimal()', () => {
  const wrong: readonly [DecimalOptions, RegExp][] = [
    [{ precision: 0, scale: 0 }, /precision must be a whole number from 1 to 1000/],
    [{ precision: 1001, scale: 0 }, /precision must be/],
    [{ precision: 2.5, scale: 0 }, /precision must be/],
    [{ precision: 2, scale: 3 }, /scale must be a whole number from 0 to precision/],
    [{ precision: 2, scale: -1 }, /scale must be/],
    [{ precision: 4, scale: 2, min: '0.001' }, /min must be a number as text that fits/],
    [{ precision: 4, scale: 2, max: '100' }, /max must be a number as text that fits/],
    [{ precision: 4, scale: 2, min: '1e1' }, /min must be/],
    [{ precision: 4, scale: 2, min: '2', max: '1.99' }, /min is greater than max/],
  ]

  it.each(wrong)('refuses %o', (options, message) => {
    expect(() => decimal(options)).toThrow(message)
    expect(() => decimal(options)).toThrow(
      expect.objectContaining({ code: 'PLINTH_MODEL_INVALID' }),
    )
  })

  it.each([
    ['0', 2, '0.00'],
    ['-0', 2, '0.00'],
    ['-0.0', 2, '0.00'],
    ['-0.05', 2, '-0.05'],
    ['1.5', 3, '1.500'],
    ['12', 0, '12'],
    ['-12', 0, '-12'],
    ['0.00000000000000000001', 20, '0.00000000000000000001'],
  ])('spells %s with %i digits as %s', (text, scale, spelt) => {
    expect(canonicalDecimal(text, scale)).toBe(spelt)
  })

  it('accepts only 0 before the point when all digits are after it', () => {
    const share = decimal({ precision: 2, scale: 2 })
    expect(['0.5', '-0.99', '0'].map((text) => share.parse(text))).toEqual([
      '0.50',
      '-0.99',
      '0.00',
    ])
    expect(['1', '0.123', '10'].some((text) => share.safeParse(text).success)).toBe(false)
  })

  it('stays a decimal when it is described, wrapped and compiled', () => {
    const price = decimal({ precision: 5, scale: 2, max: '9.99' }).describe('What it costs')
    const { decode } = compiled(z.object({ price: price.nullable() }))
    expect(decode({ price: '1.5' })).toEqual({ ok: true, value: { price: '1.50' } })
    expect(decode({ price: null })).toEqual({ ok: true, value: { price: null } })
    expect(decode({ price: '10' }).ok).toBe(false)
    expect(z.toJSONSchema(price)).toMatchObject({ format: 'decimal', description: 'What it costs' })
  })

  it('compares numbers that are the same double', () => {
    const most = '9007199254740993.00'
    const exact = decimal({ precision: 20, scale: 2, max: most })
    expect(exact.safeParse('9007199254740993').success).toBe(true)
    expect(exact.safeParse('9007199254740993.01').success).toBe(false)
  })
})
