interface Page {
  /** Of this one answer: the scripts that it names may run, and no others. */
  readonly nonce: string
  readonly apiUrl: string
  readonly isDevelopment: boolean
}

/**
 * The Content-Security-Policy of a page: scripts of this site alone, calls to this site and the API alone.
 *
 * In development Next evaluates code and styles as they change, and listens for changes on a WebSocket.
 *
 * @see https://nextjs.org/docs/app/guides/content-security-policy
 */
export function contentSecurity({ nonce, apiUrl, isDevelopment }: Page): string {
  const rules: Readonly<Record<string, string>> = {
    'default-src': `'self'`,
    'script-src': `'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? ` 'unsafe-eval'` : ''}`,
    'style-src': `'self' ${isDevelopment ? `'unsafe-inline'` : `'nonce-${nonce}'`}`,
    'connect-src': `'self' ${apiUrl}${isDevelopment ? ' ws:' : ''}`,
    'img-src': `'self' data:`,
    'object-src': `'none'`,
    'base-uri': `'self'`,
    'form-action': `'self'`,
    'frame-ancestors': `'none'`,
  }
  return Object.entries(rules)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')
}
