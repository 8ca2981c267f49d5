import type { JWK } from 'jose'
import { usableKeys } from './usable-keys.ts'

const timeoutMilliseconds = 5000
const longestBody = 65_536

async function readLimited(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > longestBody) throw new Error('the key set is longer than 64 KiB')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/**
 * Fetches the keys of a JWKS address: within 5 seconds and 64 KiB, and from nowhere else.
 *
 * @throws {Error} it cannot be had, or holds no usable key
 */
export async function fetchKeys(url: URL): Promise<JWK[]> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMilliseconds),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the key server answered ${response.status}`)
  }
  const keys = usableKeys(JSON.parse(await readLimited(response)))
  if (keys.length === 0) throw new Error('the key server gave no usable key')
  return keys
}
