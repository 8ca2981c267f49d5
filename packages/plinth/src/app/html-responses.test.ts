import { expect, it, test } from 'vitest'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

const pages = router('/pages')
const page = (type: string, more: Record<string, string> = {}) =>
  new Response('<p>', { headers: { 'content-type': type, ...more } })
const routes = {
  html: pages.get('/html', {}, () => page('text/html; charset=utf-8')),
  upper: pages.get('/upper', {}, () => page('Text/HTML')),
  strict: pages.get('/strict', {}, () =>
    page('text/html', { 'Content-Security-Policy': "script-src 'nonce-a'" }),
  ),
  replied: pages.get('/replied', {}, ({ reply }) => {
    reply.header('content-security-policy', "script-src 'nonce-b'")
    return page('text/html')
  }),
  json: pages.get('/json', {}, () => page('application/json')),
  other: pages.get('/other', {}, () => page('text/html-like')),
  value: pages.get('/value', {}, () => '<p>'),
}
const api = app({ title: 'Pages', routes: { pages: routes } })
async function policyOf(path: string): Promise<string | null> {
  const response = await api.fetch(new Request(`http://test/pages/${path}`))
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  return response.headers.get('content-security-policy')
}

it.each(['html', 'upper'])('an HTML page may load what its own origin serves: %s', async (path) => {
  const policy = await policyOf(path)
  expect(policy).toContain("default-src 'self'; style-src 'self' 'unsafe-inline'")
  expect(policy).not.toMatch(/script-src|'none'; img-src/)
})

it.each([
  ['strict', "script-src 'nonce-a'"],
  ['replied', "script-src 'nonce-b'"],
])('the policy of a handler is kept: %s', async (path, policy) => {
  expect(await policyOf(path)).toBe(policy)
})

test.each(['json', 'other', 'value'])('any other response may load nothing: %s', async (path) => {
  expect(await policyOf(path)).toBe("default-src 'none'; frame-ancestors 'none'")
})
