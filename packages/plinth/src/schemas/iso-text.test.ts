import { describe, expect, it } from 'vitest'
import { canonicalTime, readInstant } from './iso-text.ts'

describe('reading an instant that Postgres wrote', () => {
  it.each([
    ['2026-01-02 02:04:05+00', '2026-01-02T02:04:05.000Z'],
    ['2026-01-02 02:04:05.6+00', '2026-01-02T02:04:05.600Z'],
    ['2026-01-02T02:04:05.678+00:00', '2026-01-02T02:04:05.678Z'],
    ['2026-01-02 02:04:05.678+05:30', '2026-01-01T20:34:05.678Z'],
    ['2026-01-02 02:04:05-03', '2026-01-02T05:04:05.000Z'],
    ['1890-01-01 00:53:28+00:53:28', '1890-01-01T00:00:00.000Z'],
    ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00.000Z'],
    ['0001-01-01 01:00:00.5+01', '0001-01-01T00:00:00.500Z'],
    ['9999-12-31 23:59:59.999+00', '9999-12-31T23:59:59.999Z'],
    ['2026-01-02 02:04:05.123456+00', '2026-01-02T02:04:05.123Z'],
    ['10000-01-02 00:00:00+01', '+010000-01-01T23:00:00.000Z'],
  ])('understands every time zone: %s', (text, iso) => {
    expect(readInstant(text).toISOString()).toBe(iso)
  })

  it.each(['infinity', '-infinity', 'infinity+00', '-infinity+00', '0044-03-15 00:00:00+00 BC'])(
    'never guesses: %s is an invalid date',
    (text) => {
      expect(readInstant(text).getTime()).toBeNaN()
    },
  )
})

describe('a time of day', () => {
  it.each([
    ['10:00', null, '10:00:00'],
    ['10:00:00.500', null, '10:00:00.5'],
    ['10:00:00.000', null, '10:00:00'],
    ['10:00:00', 3, '10:00:00.000'],
    ['10:00:00.5', 3, '10:00:00.500'],
    ['10:00:00', 0, '10:00:00'],
    ['10:00:00', -1, '10:00'],
  ])('has one spelling: %s at %s is %s', (text, precision, spelt) => {
    expect(canonicalTime(text, precision)).toBe(spelt)
  })
})
