import { expect, it } from 'vitest'
import { chooseEncoding, type Encoding } from './accept-encoding.ts'

const all = ['zstd', 'br', 'gzip'] as const

it.each<[string | null, Encoding | undefined]>([
  [null, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP ; Q=0.5', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip;q=1, br;q=0.9', 'gzip'],
  ['gzip;q=0.2, br;q=0.9', 'br'],
  ['br;q=0, gzip;q=0', undefined],
  ['*', 'zstd'],
  ['zstd;q=0, *', 'br'],
  ['*;q=0', undefined],
  ['identity, gzip;q=0.5', undefined],
  ['identity;q=0.5, gzip', 'gzip'],
  ['identity;q=0, gzip;q=0.1', 'gzip'],
  ['deflate', undefined],
  ['gzip;q=2, br;q=nonsense', undefined],
  ['gzip;level=9', undefined],
])('Accept-Encoding "%s" chooses %s', (accepted, expected) => {
  expect(chooseEncoding(accepted, all)).toBe(expected)
})

it('the offered order decides between equal q-values', () => {
  expect(chooseEncoding('gzip, br', ['gzip', 'br'])).toBe('gzip')
  expect(chooseEncoding('gzip, br', ['br', 'gzip'])).toBe('br')
})
