import type { BetterAuthInstance } from '../../../../src/database/kysely/better-auth-instance.ts'
import type { App } from '../../../../src/app/app.types.ts'
import type { Database } from '../../../../src/database/database.ts'
import { receiveMail } from '../../../../src/logging/dev-mail.ts'
import { migrateAll } from '../../../../src/migrations/migrate.ts'
import { testApp } from '../../../../src/testing/index.ts'
import type { Drivers } from '../driver.types.ts'

export const drivers: Drivers = {
  'see-the-email-in-development': async ({ load, commands }) => {
    const { db } = await load<{ db: Database }>('database.ts')
    const { auth } = await load<{ auth: BetterAuthInstance }>('auth.ts')
    const { api } = await load<{ api: App }>('api.ts')
    await migrateAll(db, { auth, jobs: true })
    await using test = testApp(api)
    const [, address = '', headers = '', body = ''] =
      /^curl -s (\S+) (.*) -d '(.*)'$/.exec(commands.at(-1) ?? '') ?? []
    const response = await test.fetch(
      new Request(`http://${address}`, {
        method: 'POST',
        headers: [...headers.matchAll(/-H '(.+?): (.+?)'/g)].map(([, name = '', value = '']) => [
          name,
          value,
        ]),
        body,
      }),
    )
    if (!response.ok) throw new Error(await response.text())
    const mails: string[] = []
    using stack = new DisposableStack()
    stack.defer(receiveMail(({ to, subject }) => mails.push(`${String(to)}   ${subject}`)))
    await test.jobs.run()
    // two kinds of jobs run in either order
    return [mails.toSorted().join('\n')]
  },
}
