import { NextResponse, type NextRequest } from 'next/server'
import { contentSecurity } from './src/server/content-security.ts'
import { readEnvironment } from './src/server/environment.ts'

const { apiUrl, url } = readEnvironment(process.env)
const always = {
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  ...(url.startsWith('https://') && { 'strict-transport-security': 'max-age=31536000' }),
}

/** Sets the security headers. Next runs it before each page; pages check access themselves. */
export function proxy(request: NextRequest): NextResponse {
  const policy = contentSecurity({
    nonce: btoa(crypto.randomUUID()),
    apiUrl,
    isDevelopment: process.env.NODE_ENV === 'development',
  })
  // Next reads the nonce from the request and adds it to the scripts of the page.
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  for (const [name, value] of Object.entries({ ...always, 'content-security-policy': policy }))
    response.headers.set(name, value)
  return response
}

export const config = { matcher: '/((?!_next/static|_next/image|icon.svg).*)' }
