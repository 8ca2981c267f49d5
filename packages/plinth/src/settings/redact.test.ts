import { describe, expect, it } from 'vitest'
import { hideSecret, redact } from './redact.ts'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLWNhbmFyeQ'

describe('redact hides', () => {
  const cases: [what: string, text: string, canary: string][] = [
    ['a connection string', 'no response from postgres://ann:canary@db/app', 'canary'],
    ['a password with an @ and a /', 'postgresql://ann:p@can/ary@db/app', 'can/ary'],
    ['a password with a # and a ?', 'redis://:can#a?ry@cache:6379', 'can#a?ry'],
    ['a user in a URL', 'fetching https://canary@example.com/', 'canary@'],
    ['a JWT', `refused ${jwt}.`, 'c2lnbmF0'],
    ['a JWT cut short', `refused ${jwt.slice(0, 30)}`, jwt.slice(0, 20)],
    ['a bearer token', 'Authorization: Bearer canarycanary', 'canarycanary'],
    ['basic credentials', 'sent Basic Y2FuYXJ5OmNhbmFyeQ==', 'Y2FuYXJ5'],
    ['a cookie header', 'cookie: better-auth.session_token=canary; theme=dark', 'canary'],
    ['a cookie in JSON', '{"set-cookie":"a=canary; HttpOnly","x":1}', 'canary'],
    ['a header in JSON', '{"authorization":"canary value"}', 'canary'],
    ['a password in JSON', '{"password":"can ary"}', 'can ary'],
    ['a password in JSON inside JSON', String.raw`{"body":"{\"password\":\"canary\"}"}`, 'canary'],
    ['a password with a quote in JSON', String.raw`{"password":"x\"canary"}`, 'canary'],
    ['a camelCase secret', '{"clientSecret":"canary"}', 'canary'],
    ['libpq words', 'host=db password=canary dbname=app', 'canary'],
    ['an environment line', 'BETTER_AUTH_SECRET=canary', 'canary'],
    ['a query parameter', '/reset?token=canary&next=/', 'canary'],
  ]
  it.each(cases)('%s', (_what, text, canary) => {
    const result = redact(text)
    expect(result).not.toContain(canary)
    expect(result).toContain('[redacted]')
  })

  it('a known secret, also escaped for JSON and for a URL', () => {
    hideSecret('can"ary & more')
    const text = `a can"ary & more ${JSON.stringify('can"ary & more')} ${encodeURIComponent('can"ary & more')}`
    expect(redact(text)).toBe('a [redacted] "[redacted]" [redacted]')
  })
})

describe('redact keeps', () => {
  it.each([
    'GET /api/tasks?limit=20 200',
    'WWW-Authenticate: Bearer error="invalid_token"',
    'the token expired',
    'http://localhost:8000/docs',
    'at pe.Oe (file:///srv/app/node_modules/@electric-sql/pglite/dist/index.js:1:18272)',
    '{"requestId":"0197","status":200}',
    'duplicate key value violates unique constraint "tags_user_id_name_key"',
    'write for example DATABASE_URL=postgres://user:password@host/database',
    'write for example BETTER_AUTH_SECRET=<what "openssl rand -base64 32" prints>',
    'write for example API_KEY=<the secret>',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text)
  })

  it('the host of a connection', () => {
    expect(redact('postgres://ann:pw@db.example.com/app')).toBe(
      'postgres://[redacted]@db.example.com/app',
    )
  })

  it('text that is redacted already', () => {
    const once = redact('password=x {"token":"abc"} cookie: abc Bearer abcdefghi postgres://a:b@c')
    expect(redact(once)).toBe(once)
  })

  it('a word that is too short to be a secret', () => {
    hideSecret('task')
    expect(redact('a task')).toBe('a task')
  })
})
