import { redact } from '../settings/redact.ts'

/** Bytes that a log line may have, its line feed included. */
export const mostBytes = 8192

// JSON escapes what is below U+0020. A terminal also obeys these, and some readers take the last two for line ends.
const unescaped = /[\u007f-\u009f\u2028\u2029]/g

/** A line of JSON as it is written: without secrets, without control characters, and not too long. */
export function finishLine(line: string): string {
  const safe = redact(line).replace(
    unescaped,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return safe.length * 3 <= mostBytes || Buffer.byteLength(safe) <= mostBytes ? safe : shorten(safe)
}

/** Cuts strings, ever shorter, until the line fits; cutting the line itself would leave no JSON. */
function shorten(line: string): string {
  for (let longest = 1024; longest >= 16; longest /= 4) {
    const text = `${JSON.stringify(JSON.parse(line), (_key, value: unknown) => clip(value, longest))}\n`
    if (Buffer.byteLength(text) <= mostBytes) return text
  }
  const { level, time, requestId, msg } = JSON.parse(line) as Record<string, unknown>
  return `${JSON.stringify({ level, time, requestId: clip(requestId, 64), msg: clip(msg, 256), cut: true })}\n`
}

function clip(value: unknown, longest: number): unknown {
  if (typeof value !== 'string' || value.length <= longest) return value
  return `${value.slice(0, longest).toWellFormed()}… (${value.length} characters)`
}
