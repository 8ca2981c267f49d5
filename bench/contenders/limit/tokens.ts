import { createHmac, timingSafeEqual } from 'node:crypto'

/** The maximum number of cached tokens. The oldest is evicted first. */
const limit = 10_000

/** Creates a function that returns the user of an Authorization header, or `undefined`. */
export function tokenReader(secret: string): (header: string | undefined) => string | undefined {
  const known = new Map<string, { readonly user: string; readonly expires: number }>()
  return (header) => {
    if (header === undefined) return undefined
    const cached = known.get(header)
    if (cached !== undefined && cached.expires > Date.now()) return cached.user
    known.delete(header)
    const verified = verify(header, secret)
    if (verified === undefined) return undefined
    if (known.size >= limit) known.delete(known.keys().next().value ?? '')
    known.set(header, verified)
    return verified.user
  }
}

function verify(header: string, secret: string) {
  if (!header.startsWith('Bearer ')) return undefined
  const [head = '', body = '', signature = '', ...rest] = header.slice(7).split('.')
  if (rest.length > 0 || algorithmOf(head) !== 'HS256') return undefined
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const { sub, exp } = decode(body)
  if (typeof sub !== 'string' || typeof exp !== 'number' || exp * 1000 <= Date.now())
    return undefined
  return { user: sub, expires: exp * 1000 }
}

const heads = new Map<string, unknown>()

/** Reads the algorithm of a token. It is cached, because nearly all tokens have the same header. */
function algorithmOf(head: string): unknown {
  if (heads.has(head)) return heads.get(head)
  const { alg } = decode(head)
  if (heads.size < 100) heads.set(head, alg)
  return alg
}

function decode(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
