import { randomBytes } from 'node:crypto'

let lastTime = 0
let count = 0

/**
 * Returns an id (UUID version 7) that is greater than those before it in this process.
 *
 * pg-boss orders jobs by their time, which is the same for all jobs of a transaction, and then by their id.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
 */
export function orderedId(): string {
  const now = Date.now()
  if (now > lastTime) {
    lastTime = now
    count = 0
  } else if (++count > 0xfff) {
    lastTime++
    count = 0
  }
  const time = lastTime.toString(16).padStart(12, '0')
  const bytes = randomBytes(8)
  bytes[0] = (bytes[0]! & 0x3f) | 0x80
  const rest = bytes.toString('hex')
  const sequence = count.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${rest.slice(0, 4)}-${rest.slice(4)}`
}
