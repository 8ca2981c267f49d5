/** Control characters, and characters that change the direction of the text around them. */
const invisible = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
/** Characters that a file name cannot have on Windows. */
const refused = /[<>:"|?*]/g
/** Names of devices on Windows, with any ending. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** The longest name in bytes that usual file systems store. */
const longest = 255

/**
 * Makes the name of an uploaded file safe to use as the name of a file: one segment, visible, and not hidden.
 *
 * `../../etc/passwd` becomes `passwd`, `..\x.exe` becomes `x.exe`, and `.htaccess` becomes `htaccess`. It does not make
 * the name unique.
 */
export function safeFileName(name: string): string {
  const segment = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  // a name of thousands of spaces would take the patterns below too long
  const bounded = segment.length > 1000 ? segment.slice(0, 900) + segment.slice(-100) : segment
  const visible = bounded.normalize('NFC').replaceAll(invisible, '').replaceAll(refused, '_')
  const bare = visible
    .trim()
    .replace(/^[. ]+|[. ]+$/g, '')
    .replace(device, '_$&')
  return cut(bare || 'file')
}

/** Cuts a name that is too long before its ending. */
function cut(name: string): string {
  if (Buffer.byteLength(name) <= longest) return name
  const [ending = ''] = /\.[^.]{1,20}$/u.exec(name) ?? []
  const letters = Array.from(name.slice(0, name.length - ending.length))
  while (Buffer.byteLength(letters.join('') + ending) > longest) letters.pop()
  return letters.join('') + ending
}
