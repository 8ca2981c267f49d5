import { expect, test } from 'vitest'
import { rocaKey, smallOrderKeys } from '../../../test/support/attacks/keys.ts'
import { testKey } from '../../../test/support/auth/tokens.ts'
import { usableKeys } from './usable-keys.ts'

const ed = testKey('EdDSA', 'ed').jwk
const rsa = testKey('RS256', 'rsa').jwk
const small = testKey('RS256 of 1024 bits', 'small').jwk

test.each<[string, object]>([
  ['a symmetric key', { kty: 'oct', k: 'AAAA', kid: 'k' }],
  ['a private key', { ...ed, d: 'AAAA' }],
  ['a key for encryption', { ...ed, use: 'enc' }],
  ['a key for signing only', { ...ed, key_ops: ['sign'] }],
  ['key_ops that is no list', { ...ed, key_ops: 'verify' }],
  ['RSA of 1024 bits', small],
  ['RSA of 1024 bits behind zeros', { ...small, n: `${'A'.repeat(200)}${small.n}` }],
  ['RSA with the exponent 1', { ...rsa, e: 'AQ' }],
  ['RSA with the exponent 1 behind zeros', { ...rsa, e: 'AAAB' }],
  ['RSA with an even exponent', { ...rsa, e: 'AQAC' }],
  ['RSA without an exponent', { ...rsa, e: undefined }],
  ['RSA of nothing', { ...rsa, n: '' }],
  ['a key without its number', { ...ed, x: undefined }],
  ['a kid that is no text', { ...ed, kid: 7 }],
  ['an alg that is no text', { ...ed, alg: ['EdDSA'] }],
  ['a kind that nobody knows', { ...ed, kty: 'XYZ' }],
  ['a kind of the prototype', { ...ed, kty: 'constructor' }],
])('%s is dropped, and the next is not', (_, key) => {
  expect(usableKeys({ keys: [key, null, 7, ed] })).toEqual([ed])
})

test('RSA of the chips whose keys can be factored is dropped', () => {
  const { n, e } = rocaKey().export({ format: 'jwk' })
  expect(usableKeys({ keys: [{ kty: 'RSA', kid: 'roca', n, e }, ed] })).toEqual([ed])
})

test('Ed25519 of small order is dropped, in whatever form', () => {
  expect(usableKeys({ keys: [...smallOrderKeys, ed] })).toEqual([ed])
})

test('of a key only its public members are kept', () => {
  expect(
    usableKeys({ keys: [{ ...rsa, use: 'sig', key_ops: ['verify'], x5u: 'x', more: 1 }] }),
  ).toEqual([rsa])
})

test.each([null, undefined, 7, 'keys', [], {}, { keys: null }, { keys: {} }])(
  '%j holds no keys',
  (document) => {
    expect(usableKeys(document)).toEqual([])
  },
)
