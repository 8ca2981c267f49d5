/** The text of an `.env` file, or why it is not text, and the fix. */
export type DecodedEnv =
  | { readonly text: string }
  | { readonly problem: string; readonly fix: string }

const marks: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
  [[0, 0, 0xfe, 0xff], 'UTF-32'],
]

const rewrite = (file: string): string =>
  `Save it as UTF-8. In PowerShell: (Get-Content ${file}) | Set-Content -Encoding utf8 ${file}`

/**
 * Decodes the bytes of an `.env` file, which must be UTF-8.
 *
 * A file in another encoding would lose its lines, or change its values, without a word. Windows
 * PowerShell's `>` writes UTF-16.
 */
export function decodeEnv(file: string, bytes: Uint8Array): DecodedEnv {
  const mark = marks.find(([start]) => start.every((byte, at) => bytes[at] === byte))
  if (mark !== undefined)
    return { problem: `${file} is in ${mark[1]}, and not in UTF-8`, fix: rewrite(file) }
  const zero = bytes.indexOf(0)
  if (zero >= 0)
    return {
      problem: `${file}:${lineAt(bytes, zero)} has a NUL byte: the file is in UTF-16, or is not text`,
      fix: rewrite(file),
    }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return {
      problem: `${file}:${firstWrongLine(bytes)} has bytes that are not UTF-8, as in a file in Latin-1 or Windows-1252`,
      fix: `Save it as UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8 ${file}`,
    }
  }
}

const newline = 0x0a
const lineAt = (bytes: Uint8Array, end: number): number =>
  bytes.subarray(0, end).filter((byte) => byte === newline).length + 1

/** The number of the first line that is not UTF-8. No character of UTF-8 contains the byte of a line break. */
function firstWrongLine(bytes: Uint8Array): number {
  for (let start = 0, line = 1; ; line += 1) {
    const end = bytes.indexOf(newline, start)
    const part = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (end < 0 || !isUtf8(part)) return line
    start = end + 1
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
