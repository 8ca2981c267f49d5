interface Page {
  /** The nonce of this response: only scripts with it may run. */
  readonly nonce: string
  readonly apiUrl: string
  readonly isDevelopment: boolean
}

/**
 * Makes the Content-Security-Policy of a page.
 *
 * It allows scripts of this site, and calls to this site and the API.
 *
 * In development, Next evaluates changed code and styles, and uses a WebSocket.
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
