/** What stands in the place of a secret. */
export const redacted = '[redacted]'

const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // to the last `@` of the word: a password may hold one that was not escaped
  [/([a-z][a-z\d+.-]*:\/\/)([^\s:@"'<>]*):[^\s"'<>]*@/gi, `$1$2:${redacted}@`],
  [
    /\b((?:ssl)?password|passwd|pwd|secret|token|api[-_]?key)(\s*=\s*)(?!\[redacted\])[^\s&;"']+/gi,
    `$1$2${redacted}`,
  ],
]

/**
 * A text without the passwords of the connection strings in it.
 *
 * @example
 * ```ts
 * import { redact } from 'plinth'
 *
 * redact('postgres://ann:hunter2@db/app') // 'postgres://ann:[redacted]@db/app'
 * ```
 */
export const redact = (text: string): string =>
  rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
