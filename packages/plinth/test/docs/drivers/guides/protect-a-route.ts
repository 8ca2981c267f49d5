import type { AuthUser } from '../../../../src/auth/auth-user.ts'
import type { BetterAuthInstance } from '../../../../src/database/kysely/better-auth-instance.ts'
import type { Database } from '../../../../src/database/database.ts'
import type { Dependency } from '../../../../src/dependencies/definition.ts'
import { app, requireRole, router } from '../../../../src/index.ts'
import { migrateAll } from '../../../../src/migrations/migrate.ts'
import type { Drivers } from '../driver.types.ts'

export const drivers: Drivers = {
  'where-the-role-comes-from': async ({ load, commands }) => {
    const { db } = await load<{ db: Database }>('notes.ts')
    const { auth, currentUser } = await load<{
      auth: BetterAuthInstance
      currentUser: Dependency<AuthUser>
    }>('auth.ts')
    // the reports of the first section, with this caller
    const admin = requireRole(currentUser, 'admin')
    const reports = router('/api/reports', { dependencies: { admin } })
    const count = reports.get('/', {}, ({ admin: caller }) => ({ for: caller.id }))
    const api = app({
      title: 'Notes',
      routes: { reports: { count } },
      mount: { '/api/auth': auth.handler },
    })
    await migrateAll(db, { auth })
    const signUp = await api.fetch(
      new Request('http://localhost:8000/api/auth/sign-up/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: 'http://localhost:8000' },
        body: JSON.stringify({ name: 'Ann', email: 'ann@example.com', password: 'correct horse' }),
      }),
    )
    const authorization = `Bearer ${signUp.headers.get('set-auth-token')}`
    const read = async (): Promise<string> => {
      const request = new Request('http://localhost:8000/api/reports', {
        headers: { authorization },
      })
      return await (await api.fetch(request)).text()
    }
    const before = await read()
    const update = /-c "(update .*)"$/.exec(commands.at(-1) ?? '')?.[1] ?? ''
    await db.execute(update.replaceAll(String.raw`\"`, '"'))
    return [`${before}\n${await read()}`]
  },
}
