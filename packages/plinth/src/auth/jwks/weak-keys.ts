/** The prime of Ed25519's field. */
const field = 2n ** 255n - 19n
/** The `y` of a point of order eight. */
const orderEight = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
/** The `y` of the eight points of small order: anyone can forge signatures for them. */
const smallOrders: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  field - 1n,
  orderEight,
  field - orderEight,
])

/**
 * True for an Ed25519 key (32 bytes) of small order, which verifies signatures made without a private key.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8032#section-5.1
 */
export function isSmallOrder(key: Uint8Array): boolean {
  const y = BigInt(`0x${Buffer.from(key.toReversed()).toString('hex') || '0'}`) & (2n ** 255n - 1n)
  // y and y + p are the same point
  return smallOrders.has(y % field)
}

const rocaGenerator = 65_537n
const rocaPrimes: readonly bigint[] = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
].map(BigInt)

/** True if a number is a power of 65537 modulo this prime. */
function isPower(value: bigint, prime: bigint): boolean {
  const remainder = value % prime
  let power = 1n
  do {
    if (power === remainder) return true
    power = (power * rocaGenerator) % prime
  } while (power !== 1n)
  return false
}

/**
 * True for an RSA modulus of the kind that Infineon chips generated until 2017 (ROCA), which can be factored.
 * About one in a hundred million other moduli is a false positive.
 *
 * @see https://nvd.nist.gov/vuln/detail/CVE-2017-15361
 */
export function isRoca(modulus: Uint8Array): boolean {
  const value = BigInt(`0x${Buffer.from(modulus).toString('hex') || '0'}`)
  return rocaPrimes.every((prime) => isPower(value, prime))
}
