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
  ['key_ops that is not a list', { ...ed, key_ops: 'verify' }],
  ['RSA of 1024 bits', small],
  ['RSA of 1024 bits behind zeros', { ...small, n: `${'A'.repeat(200)}${small.n}` }],
  ['RSA with the exponent 1', { ...rsa, e: 'AQ' }],
  ['RSA with the exponent 1 behind zeros', { ...rsa, e: 'AAAB' }],
  ['RSA with an even exponent', { ...rsa, e: 'AQAC' }],
  ['RSA without an exponent', { ...rsa, e: undefined }],
  ['RSA with an empty modulus', { ...rsa, n: '' }],
  ['a key without its public value', { ...ed, x: undefined }],
  ['a kid that is not a string', { ...ed, kid: 7 }],
  ['an alg that is not a string', { ...ed, alg: ['EdDSA'] }],
  ['an unknown key type', { ...ed, kty: 'XYZ' }],
  ['a key type from the prototype', { ...ed, kty: 'constructor' }],
])('%s is dropped, and the next key is kept', (_, key) => {
  expect(usableKeys({ keys: [key, null, 7, ed] })).toEqual([ed])
})

test('an RSA key that is vulnerable to ROCA is dropped', () => {
  const { n, e } = rocaKey().export({ format: 'jwk' })
  expect(usableKeys({ keys: [{ kty: 'RSA', kid: 'roca', n, e }, ed] })).toEqual([ed])
})

test('Ed25519 keys of small order are dropped, in any encoding', () => {
  expect(usableKeys({ keys: [...smallOrderKeys, ed] })).toEqual([ed])
})

test('only the public members of a key are kept', () => {
  expect(
    usableKeys({ keys: [{ ...rsa, use: 'sig', key_ops: ['verify'], x5u: 'x', more: 1 }] }),
  ).toEqual([rsa])
})

test.each([null, undefined, 7, 'keys', [], {}, { keys: null }, { keys: {} }])(
  '%j has no keys',
  (document) => {
    expect(usableKeys(document)).toEqual([])
  },
)
