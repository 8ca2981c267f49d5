import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { app, betterAuth, createLogger, createToken, router } from 'plinth'

const secret = randomBytes(32).toString('base64')
const user = betterAuth({ secret })

function served() {
  const lines: string[] = []
  const own = router('/own', { dependencies: { user } })
  const open = router('/open')
  const api = app({
    title: 'Access',
    log: createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
    routes: {
      own: { read: own.get('/', { response: z.string() }, ({ user }) => user.id) },
      open: { read: open.get('/', { response: z.string() }, () => 'open') },
    },
  })
  const accessed = async (path: string, token?: string) => {
    lines.length = 0
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    await api.fetch(new Request(`http://test.local${path}`, { headers }))
    return lines.map((line) => JSON.parse(line) as object).at(-1)
  }
  return accessed
}

test('an access line names the caller by the id of its token', async () => {
  const accessed = served()
  const token = await createToken(secret, { sub: 'ann "the first"' })
  expect(await accessed('/own', token)).toMatchObject({
    route: '/own',
    status: 200,
    caller: 'ann "the first"',
    msg: 'request',
  })
})

test('an access line has no caller where the route needs none, the token is refused, or no route matches', async () => {
  const accessed = served()
  const token = await createToken(randomBytes(32).toString('base64'), { sub: 'ann' })
  for (const [path, status] of [
    ['/open', 200],
    ['/own', 401],
    ['/none', 404],
  ] as const) {
    const line = await accessed(path, token)
    expect(line).toMatchObject({ status, msg: 'request' })
    expect(line).not.toHaveProperty('caller')
  }
})
