const redacted = '[redacted]'
const secretWord =
  'passw(?:or)?d|passphrase|pwd|secret|token|api[-_]?key|private[-_]?key|credential'

// Every repetition is bounded: an attacker may control the text, and a log line must not run a slow regex.
const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // The placeholders of Plinth's own examples (`user:password@host`, `<the secret>`) are kept: they tell what to
  // write. Redacts up to the last `@` of the word, since a password may hold one that was not escaped. A file URL has
  // no password, and a path in a stack has `node_modules/@scope/…`.
  [
    /\b(?!file:)([a-z][a-z\d+.-]{1,20}:\/\/)(?!user:password@host\b)[^\s"'`<>]{0,512}@/gi,
    `$1${redacted}@`,
  ],
  [/\beyJ[\w-]{6,}(?:\.[\w-]*){0,4}/g, redacted],
  [/\b(Bearer|Basic|Digest)(\s{1,4})(?!realm=|error=|scope=)[\w.~+/=%-]{8,}/gi, `$1$2${redacted}`],
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)((?:\\?["'])?\s{0,4}[:=]\s{0,4}(?:\\?["'])?)(?!\[redacted\])[^\s"'\\](?:\\.|[^"\r\n\\])*/gi,
    `$1$2${redacted}`,
  ],
  // "password":"…" in JSON, also in JSON inside a string of JSON
  [
    new RegExp(
      `((?:${secretWord})s?\\\\?"\\s{0,4}:\\s{0,4}\\\\?")(?!\\[redacted\\])(?:\\\\.|[^"\\\\])+`,
      'gi',
    ),
    `$1${redacted}`,
  ],
  [
    new RegExp(
      `((?:${secretWord})[\\w.-]{0,40}\\s{0,2}=\\s{0,2})(?!\\[redacted\\]|<(?:the|what) )[^\\s&;,"'\\\\=][^\\s&;,"'\\\\]*`,
      'gi',
    ),
    `$1${redacted}`,
  ],
]

const escape = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')

// State of the whole process: a secret must not turn up in any log, whichever app reads it.
const known = new Set<string>()
let knownPattern: RegExp | undefined

/**
 * Hides a value from now on: {@link redact} and every log line replace it.
 *
 * Use it for secrets without a recognizable form, such as BETTER_AUTH_SECRET. A value of fewer than 8 characters is
 * not hidden, since it could be an ordinary word.
 */
export function hideSecret(value: string): void {
  if (value.length < 8) return
  for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
    known.add(form)
  const longestFirst = [...known].sort((a, b) => b.length - a.length)
  knownPattern = new RegExp(longestFirst.map(escape).join('|'), 'g')
}

/**
 * Redacts tokens, passwords, cookies, and the credentials of connection strings in a text.
 *
 * When in doubt, it hides. Of `postgres://ann:pw@db/app`, the scheme, host and database stay.
 */
export function redact(text: string): string {
  let result = knownPattern ? text.replace(knownPattern, redacted) : text
  for (const [pattern, replacement] of rules) result = result.replace(pattern, replacement)
  return result
}
