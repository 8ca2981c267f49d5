import { STATUS_CODES } from 'node:http'
import type { App } from '../../../src/app/app.types.ts'
import type { AuthUser } from '../../../src/auth/auth-user.ts'
import type { Database } from '../../../src/database/database.ts'
import type { Dependency } from '../../../src/dependencies/definition.ts'
import { testApp } from '../../../src/testing/index.ts'
import type { Drivers } from './driver.types.ts'

const key = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'

/** The status line, and these headers with the seconds of the page. */
const headOf = ({ status, headers }: Response, names: readonly string[]): string =>
  [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...names.map((name) => `${name}: ${headers.get(name)?.replace(/\b\d+$/, '62')}`),
  ].join('\n')

export const drivers: Drivers = {
  start: async ({ load }) => {
    const { api, db, user } = await load<{
      api: App
      db: Database
      user: Dependency<AuthUser>
    }>('orders.ts')
    await db.execute(`create table orders (id uuid primary key default gen_random_uuid(),
      item varchar(100) not null, user_id text not null)`)
    await using test = testApp(api)
    test.override(user, () => ({ id: 'ann', email: null, name: null, sessionId: null, claims: {} }))
    const order = () =>
      test.fetch(
        new Request('http://localhost/orders', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify({ item: 'Pen' }),
        }),
      )
    const first = await order()
    const again = await order()
    if (again.headers.get('idempotent-replayed') !== 'true')
      throw new Error(`${first.status} ${await first.text()}`)
    let last = again
    for (let count = 3; count <= 101; count++)
      last = await test.fetch(new Request('http://localhost/orders/report'))
    return [
      `POST /orders   Idempotency-Key: ${key}\n\n${headOf(first, ['RateLimit-Policy', 'RateLimit']).replace('w=62', 'w=60')}`,
      headOf(last, ['RateLimit', 'Retry-After']),
    ]
  },
}
