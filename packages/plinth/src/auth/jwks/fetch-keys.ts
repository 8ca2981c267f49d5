import type { JWK } from 'jose'
import { usableKeys } from './usable-keys.ts'

const timeoutMilliseconds = 5000
const maxBytes = 65_536

async function readLimited(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > maxBytes) throw new Error('the key set is larger than 64 KiB')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/**
 * Fetches the keys of a JWKS URL, with a timeout of 5 seconds and a limit of 64 KiB, without following redirects.
 *
 * @throws {Error} the request failed, or the response has no usable key
 */
export async function fetchKeys(url: URL): Promise<JWK[]> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMilliseconds),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the key server responded with ${response.status}`)
  }
  const keys = usableKeys(JSON.parse(await readLimited(response)))
  if (keys.length === 0) throw new Error('the key server returned no usable key')
  return keys
}
