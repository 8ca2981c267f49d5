import { describe, expect, test } from 'vitest'
import { app } from '../../app/app.ts'
import { dependency } from '../../dependencies/dependency.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { createLogger } from '../../logging/logger.ts'
import { router } from '../../routing/router.ts'
import { basic } from './basic.ts'
import { decodeBasic } from './basic-credentials.ts'
import { constantTimeEqual } from './constant-time-equal.ts'

const log = createLogger({ level: 'silent' })
const challenge = 'Basic realm="admin", charset="UTF-8"'

/** Calls a route that sends the value of this dependency. */
function asker(caller: Dependency<unknown>) {
  const routes = router('', { dependencies: { caller } })
  const read = routes.get('/', {}, (context) => ({ caller: context.caller }))
  const api = app({ title: 'Basic', routes: { main: { read } }, log })
  const ask = async (...sent: string[]) => {
    const headers = new Headers()
    for (const each of sent) headers.append('authorization', each)
    const response = await api.fetch(new Request('http://localhost/', { headers }))
    const body = (await response.json()) as { caller?: unknown; code?: string; detail?: string }
    return { status: response.status, challenge: response.headers.get('www-authenticate'), ...body }
  }
  return { api, ask }
}

const encoded = (text: string): string => `Basic ${Buffer.from(text, 'utf8').toString('base64')}`
const admin = basic({
  realm: 'admin',
  verify: async ({ username, password }) => {
    const isUser = constantTimeEqual(username, 'ünal')
    return constantTimeEqual(password, 'pass:wörd') && isUser && { id: username }
  },
})

describe('basic', () => {
  test('gives the user name and the password in UTF-8, with the colons of the password', async () => {
    const { ask } = asker(basic({ realm: 'admin' }))
    for (const scheme of ['Basic', 'basic', 'BASIC'])
      expect(await ask(encoded('ünal:pass:wörd').replace('Basic', scheme))).toMatchObject({
        status: 200,
        caller: { username: 'ünal', password: 'pass:wörd' },
      })
    expect(await ask(encoded(':'))).toMatchObject({ caller: { username: '', password: '' } })
  })

  test('without credentials, or with those of another scheme, is 401 with its challenge', async () => {
    const { ask } = asker(admin)
    for (const sent of [[], ['Bearer x'], ['Basic']])
      expect(await ask(...sent)).toMatchObject({
        status: 401,
        code: 'PLINTH_UNAUTHORIZED',
        challenge,
      })
  })

  test('gives null without credentials if none are required, and refuses malformed and wrong ones', async () => {
    const optional = asker(basic({ realm: 'admin', required: false, verify: () => null }))
    expect(await optional.ask()).toMatchObject({ status: 200, caller: null })
    expect(await optional.ask('Bearer x')).toMatchObject({ status: 200, caller: null })
    expect(await optional.ask('Basic !')).toMatchObject({ status: 401, challenge })
    expect(await optional.ask(encoded('a:b'))).toMatchObject({ status: 401, challenge })
  })

  test('refuses text that is not the base64 of "username:password" in UTF-8', async () => {
    const { ask } = asker(basic({ realm: 'admin' }))
    const malformed = [
      'Basic %%%',
      encoded('without colon'),
      encoded('a:b\u0000'),
      encoded('a\n:b'),
      `Basic ${Buffer.from('\u00fcnal:x', 'latin1').toString('base64')}`,
      `${encoded('a:b')} more`,
    ]
    for (const sent of malformed)
      expect(await ask(sent), sent).toMatchObject({ status: 401, challenge })
    expect(decodeBasic('YTpi')).toEqual({ username: 'a', password: 'b' })
  })

  test('two headers are 400', async () => {
    const { ask } = asker(admin)
    expect(await ask(encoded('a:b'), encoded('ünal:pass:wörd'))).toMatchObject({ status: 400 })
  })

  test('gives what verify returns, and responds to every wrong value with the same 401', async () => {
    const { ask } = asker(admin)
    expect(await ask(encoded('ünal:pass:wörd'))).toMatchObject({ caller: { id: 'ünal' } })
    const refusals = await Promise.all(
      ['ünal:wrong', 'bob:pass:wörd', ':'].map((text) => ask(encoded(text))),
    )
    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        status: 401,
        code: 'PLINTH_INVALID_CREDENTIALS',
        detail: 'The user name or the password is wrong',
        challenge,
      })
  })

  test('is documented as a security scheme of its routes, with the 401', () => {
    const { api } = asker(basic({ realm: 'admin', schemeName: 'HTTPBasic' }))
    const document = api.openapi()
    expect(document.components.securitySchemes).toEqual({
      HTTPBasic: {
        type: 'http',
        scheme: 'basic',
        description: 'User name and password for "admin".',
      },
    })
    expect(document.paths['/']?.['get']).toMatchObject({
      security: [{ HTTPBasic: [] }],
      responses: { 401: { $ref: '#/components/responses/Unauthorized' } },
    })
  })

  test('escapes its realm, and refuses one that a header cannot carry', async () => {
    const { ask } = asker(basic({ realm: String.raw`a "b" \c` }))
    expect(await ask()).toMatchObject({
      challenge: String.raw`Basic realm="a \"b\" \\c", charset="UTF-8"`,
    })
    for (const realm of ['', 'über', 'a\nb', undefined as unknown as string])
      expect(() => basic({ realm })).toThrow('realm must be a text of printable ASCII')
  })

  test('a verify that throws or uses the context of the request is part of the request', async () => {
    const { ask } = asker(
      dependency(
        { found: basic({ realm: 'admin', verify: (_, { requestId }) => ({ id: requestId }) }) },
        ({ found }) => found.id,
      ),
    )
    expect((await ask(encoded('a:b'))).caller).toEqual(expect.stringMatching(/./))
  })
})

test('constantTimeEqual compares texts of any length by their bytes', () => {
  expect(constantTimeEqual('', '')).toBe(true)
  expect(constantTimeEqual('grün', 'grün')).toBe(true)
  expect(constantTimeEqual('grün', 'gru\u0308n')).toBe(false)
  expect(constantTimeEqual('a', 'aa')).toBe(false)
})
