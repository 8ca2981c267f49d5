import { redact } from '../settings/redact.ts'

/** The most bytes of a log line, its line feed included. */
export const mostBytes = 8192

// JSON escapes characters below U+0020. Terminals obey these too, and some readers treat the last two as line ends.
const unescaped = /[\u007f-\u009f\u2028\u2029]/g

/** Prepares a JSON line for writing: removes secrets and control characters, and limits its length. */
export function finishLine(line: string): string {
  const safe = escapeControls(redact(line))
  return safe.length * 3 <= mostBytes || Buffer.byteLength(safe) <= mostBytes ? safe : shorten(safe)
}

const escapeControls = (line: string): string =>
  line.replace(
    unescaped,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Shortens strings until the line fits. Cutting the line itself would leave invalid JSON. */
function shorten(line: string): string {
  for (let longest = 1024; longest >= 16; longest /= 4) {
    // Parsing has undone the escapes.
    const text = escapeControls(
      `${JSON.stringify(JSON.parse(line), (_key, value: unknown) => clip(value, longest))}\n`,
    )
    if (Buffer.byteLength(text) <= mostBytes) return text
  }
  const { level, time, requestId, msg } = JSON.parse(line) as Record<string, unknown>
  return escapeControls(
    `${JSON.stringify({ level, time, requestId: clip(requestId, 64), msg: clip(msg, 256), cut: true })}\n`,
  )
}

function clip(value: unknown, longest: number): unknown {
  if (typeof value !== 'string' || value.length <= longest) return value
  return `${value.slice(0, longest).toWellFormed()}… (${value.length} characters)`
}
