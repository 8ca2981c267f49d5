// Weak keys, and signatures that are crafted without a private key.
import {
  checkPrimeSync,
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateEncrypt,
  randomBytes,
  randomInt,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import type { Sign } from '../auth/tokens.ts'

const toBig = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const bytesOf = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex')
const inJwk = (value: bigint): string =>
  bytesOf(value, Math.ceil(value.toString(16).length / 2)).toString('base64url')

/** The order of Ed25519's group. */
const edOrder = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n
/** The order of P-256's group. */
const p256Order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** Replaces the last half of a signature, the number S. */
function withS(signature: Buffer, change: (s: bigint) => bigint): Buffer {
  const s = change(toBig(signature.subarray(32).toReversed()))
  return Buffer.concat([signature.subarray(0, 32), bytesOf(s, 32).toReversed()])
}

/** EdDSA signatures that only a lax verifier takes. */
export const edForgeries = (signer: Sign, key: KeyObject): readonly (readonly [string, Sign])[] => [
  ['S + L', (input) => withS(signer(input), (s) => s + edOrder)],
  ['S + 2 L', (input) => withS(signer(input), (s) => s + 2n * edOrder)],
  ['S with its highest bit', (input) => withS(signer(input), (s) => s | (1n << 255n))],
  ['-S', (input) => withS(signer(input), (s) => edOrder - s)],
  ['S = 0', (input) => withS(signer(input), () => 0n)],
  ['R = 0', (input) => Buffer.concat([Buffer.alloc(32), signer(input).subarray(32)])],
  ['R = 1, S = 0', () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])],
  ['all zeros', () => Buffer.alloc(64)],
  ['all ones', () => Buffer.alloc(64, 0xff)],
  ['of another text', (input) => signer(`${input} `)],
  [
    'halves exchanged',
    (input) => Buffer.concat([signer(input).subarray(32), signer(input).subarray(0, 32)]),
  ],
  [
    'of the hash of the text',
    (input) => sign(null, createHash('sha512').update(input).digest(), key),
  ],
]

const pair = (r: bigint, s: bigint): Buffer => Buffer.concat([bytesOf(r, 32), bytesOf(s, 32)])

/** ES256 signatures that only a lax verifier takes. */
export function ecForgeries(signer: Sign, key: KeyObject): readonly (readonly [string, Sign])[] {
  const n = p256Order
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  const raw =
    (value: bigint): Sign =>
    (input) =>
      pair(toBig(signer(input).subarray(0, 32)), value)
  return [
    ...(
      [
        ['r = s = 0', 0n, 0n],
        ['r = s = 1', 1n, 1n],
        ['r = s = n', n, n],
        ['r = n, s = 1', n, 1n],
        ['r = 0, s = 1', 0n, 1n],
        ['r = 1, s = 0', 1n, 0n],
        ['r = s = n - 1', n - 1n, n - 1n],
      ] as const
    ).map(([what, r, s]): readonly [string, Sign] => [what, () => pair(r, s)]),
    ['s = 0', raw(0n)],
    ['s = n', raw(n)],
    ['DER', (input) => sign('sha256', Buffer.from(input), key)],
    ['DER cut to 64 bytes', (input) => sign('sha256', Buffer.from(input), key).subarray(0, 64)],
    [
      'by P-384',
      (input) => sign('sha256', Buffer.from(input), { key: p384, dsaEncoding: 'ieee-p1363' }),
    ],
    ['by SHA-1', (input) => sign('sha1', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })],
    [
      'by SHA-384',
      (input) => sign('sha384', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }),
    ],
    ['of another text', (input) => signer(`${input} `)],
    ['32 bytes alone', (input) => signer(input).subarray(0, 32)],
    ['with trailing zeros', (input) => Buffer.concat([signer(input), Buffer.alloc(2)])],
  ]
}

/** The bytes that PKCS#1 puts before a SHA-256 hash. */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')
/** The same bytes without the NULL of the parameters. */
const withoutNull = Buffer.from('302f300b06096086480165030402010420', 'hex')
const hashOf = (input: string): Buffer => createHash('sha256').update(input).digest()

/** RS256 signatures by the right key, over blocks that PKCS#1 does not allow. */
export function rsaForgeries(key: KeyObject): readonly (readonly [string, Sign])[] {
  const size = 256
  const encrypt = (block: Buffer): Buffer =>
    privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, block)
  const block =
    (make: (hash: Buffer) => Buffer): Sign =>
    (input) =>
      encrypt(make(hashOf(input)))
  const padded = (type: number, end: Buffer, filler = 0xff): Buffer =>
    Buffer.concat([
      Buffer.from([0, type]),
      Buffer.alloc(size - 3 - end.length, filler),
      Buffer.from([0]),
      end,
    ])
  const shortPadding = (hash: Buffer): Buffer => {
    const end = Buffer.concat([digestInfo, hash])
    const start = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(8, 0xff), Buffer.from([0]), end])
    return Buffer.concat([start, randomBytes(size - start.length)])
  }
  return [
    ['short padding and trailing bytes', block(shortPadding)],
    ['block type 2', block((hash) => padded(2, Buffer.concat([digestInfo, hash])))],
    ['block type 0', block((hash) => padded(0, Buffer.concat([digestInfo, hash]), 0))],
    ['padding of other bytes', block((hash) => padded(1, Buffer.concat([digestInfo, hash]), 0xfe))],
    ['the hash without its algorithm', block((hash) => padded(1, hash))],
    ['an algorithm without NULL', block((hash) => padded(1, Buffer.concat([withoutNull, hash])))],
    [
      'a byte after the hash',
      block((hash) => padded(1, Buffer.concat([digestInfo, hash, Buffer.from([0])]))),
    ],
    ['SHA-1', (input) => sign('sha1', Buffer.from(input), key)],
    ['SHA-512', (input) => sign('sha512', Buffer.from(input), key)],
    [
      'PSS',
      (input) =>
        sign('sha256', Buffer.from(input), { key, padding: constants.RSA_PKCS1_PSS_PADDING }),
    ],
    ['0', () => Buffer.alloc(size)],
    ['1', () => bytesOf(1n, size)],
    [
      'the number and the modulus',
      (input) => {
        const n = toBig(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).n!, 'base64url'))
        return bytesOf(toBig(sign('sha256', Buffer.from(input), key)) + n, size + 1)
      },
    ],
    [
      'a leading zero',
      (input) => Buffer.concat([Buffer.alloc(1), sign('sha256', Buffer.from(input), key)]),
    ],
    ['of another text', (input) => sign('sha256', Buffer.from(`${input} `), key)],
  ]
}

/** Computes the cube root, rounded down. */
function cubeRoot(value: bigint): bigint {
  let low = 0n
  let high = 1n << BigInt(Math.ceil(value.toString(2).length / 3) + 1)
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if (middle ** 3n <= value) low = middle
    else high = middle - 1n
  }
  return low
}

/**
 * Forges a signature for a key with the exponent 3 without its private key (Bleichenbacher, 2006).
 */
export const cubeForgery: Sign = (input) => {
  const size = 256
  const start = Buffer.concat([
    Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]),
    digestInfo,
    hashOf(input),
  ])
  const least = toBig(Buffer.concat([start, Buffer.alloc(size - start.length)]))
  return bytesOf(cubeRoot(least) + 1n, size)
}

/** Makes a private key of these primes. Its public key looks like any other. */
function rsaOf(p: bigint, q: bigint, e = 65_537n): KeyObject {
  const inverse = (value: bigint, modulus: bigint): bigint => {
    let [old, next, x, y] = [value % modulus, modulus, 1n, 0n]
    while (next > 0n) {
      const quotient = old / next
      ;[old, next] = [next, old - quotient * next]
      ;[x, y] = [y, x - quotient * y]
    }
    return ((x % modulus) + modulus) % modulus
  }
  const d = inverse(e, (p - 1n) * (q - 1n))
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
  const jwk = Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, inJwk(value)]),
  )
  return createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' })
}

function powerMod(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (
    let left = exponent, square = base;
    left > 0n;
    left >>= 1n, square = (square * square) % modulus
  )
    if ((left & 1n) === 1n) result = (result * square) % modulus
  return result
}

/**
 * A key like those of Infineon's chips (ROCA).
 *
 * Each prime is k · M + (65537^a mod M), where M is the product of the first primes.
 */
export function rocaKey(): KeyObject {
  let product = 1n
  for (let prime = 2, found = 0; found < 126; prime += 1)
    if (checkPrimeSync(BigInt(prime))) {
      product *= BigInt(prime)
      found += 1
    }
  const primeLike = (): bigint => {
    for (;;) {
      const k = (1n << 53n) + toBig(randomBytes(6))
      const candidate = k * product + powerMod(65_537n, BigInt(randomInt(2 ** 40)), product)
      if (candidate.toString(2).length === 1024 && checkPrimeSync(candidate)) return candidate
    }
  }
  return rsaOf(primeLike(), primeLike())
}

const edKey = (y: string): JsonWebKey => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: Buffer.from(y, 'hex').toString('base64url'),
})
const eighth = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'
const otherEighth = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
const topBit = (y: string): string =>
  y.slice(0, -2) + (Number(`0x${y.slice(-2)}`) | 0x80).toString(16)

/** Ed25519 keys of small order, in each of their encodings. */
export const smallOrderKeys: readonly JsonWebKey[] = [
  '01'.padEnd(64, '0'),
  '00'.repeat(32),
  eighth,
  otherEighth,
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
].flatMap((y) => [edKey(y), edKey(topBit(y))])

/**
 * A signature that anyone can make for such a key.
 *
 * The plain formula accepts it for one text in eight, or for all.
 */
export const smallOrderSignature: Sign = () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])
