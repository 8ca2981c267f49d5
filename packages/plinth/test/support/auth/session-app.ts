// An app that returns the caller, and sessions for it in tables of each layout.
import { randomInt, randomUUID } from 'node:crypto'
import * as z from 'zod'
import { type Layout, sessionToken } from './auth-tables.ts'
import { app } from '../../../src/app/app.ts'
import type { App } from '../../../src/app/app.types.ts'
import type { Database } from '../../../src/database/database.ts'
import type { Logger } from '../../../src/logging/logger.types.ts'
import { router } from '../../../src/routing/router.ts'
import { betterAuth, type BetterAuthOptions } from '../../../src/auth/better-auth.ts'

export const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
export const old = 'nB5yTf0RkWq3JvXe9DmZs7LgHc1PaUi8'
export const url = 'http://localhost:3000'
export const cookieName = 'better-auth.session_token'

/** The response of the app. */
const meSchema = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  sessionId: z.string().nullable(),
  claims: z.record(z.string(), z.unknown()),
})

/** The log lines so far. */
export const lines: string[] = []
const write = (facts: object, message: string): void => {
  lines.push(
    `${JSON.stringify(facts, (_, value: unknown) => (value instanceof Error ? String(value) : value))} ${message}`,
  )
}
/** A logger that keeps its lines in `lines`. */
export const log: Logger = {
  debug: write,
  info: write,
  warn: write,
  error: write,
  child: () => log,
}

/** Makes an app that returns the caller. */
export function appWith(options: BetterAuthOptions<true>): App {
  const user = betterAuth(options)
  const me = router('/me', { dependencies: { user } })
  const read = me.get('/', { response: meSchema }, ({ user }) => ({ ...user }))
  const change = me.post('/', { response: meSchema }, ({ user }) => ({ ...user }))
  return app({ title: 'Sessions', routes: { me: { read, change } }, log })
}

/** Sends a request. */
export const ask = async (
  api: App,
  headers: Record<string, string>,
  method = 'GET',
): Promise<Response> => api.fetch(new Request('http://localhost/me', { method, headers }))
export const bearer = (token: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
})
export const cookie = (value: string, name = cookieName): Record<string, string> => ({
  cookie: `other=1; ${name}=${encodeURIComponent(value)}; last=2`,
})
/** Returns `200`, or status and code of the problem. */
export const outcome = async (response: Response): Promise<string> => {
  const { code } = (await response.json()) as { code?: string }
  return code === undefined ? `${response.status}` : `${response.status} ${code}`
}
export const refused = '401 PLINTH_INVALID_TOKEN'

/** Writes users and sessions as Better Auth does: times in UTC. */
export function writer(db: Database, layout: Layout, schema = 'public') {
  const of = (field: string): string => `"${layout.column(field)}"`
  const at = (name: string): string => `"${schema}"."${layout.table(name)}"`
  const newId = (): string =>
    layout.id === 'uuid'
      ? randomUUID()
      : layout.id === 'bigint'
        ? `${randomInt(1e9)}`
        : sessionToken()
  const time = (moment: Date): string => `'${moment.toISOString()}'`
  return {
    at,
    of,
    async session(livesFor: number, user: Record<string, string | boolean | Date> = {}) {
      const made = { id: newId(), userId: newId(), token: sessionToken() }
      const extra = Object.entries(user).map(
        ([field, value]) =>
          [of(field), value instanceof Date ? time(value) : `'${value}'`] as const,
      )
      await db.execute(`insert into ${at('user')} (${['"id"', '"name"', '"email"', ...extra.map(([name]) => name)].join(', ')})
        values ('${made.userId}', 'Ann', '${made.userId}@example.com'${extra.map(([, value]) => `, ${value}`).join('')})`)
      await db.execute(`insert into ${at('session')} ("id", ${of('expiresAt')}, "token", ${of('userId')}, ${of('activeOrganizationId')})
        values ('${made.id}', ${time(new Date(Date.now() + livesFor))}, '${made.token}', '${made.userId}', 'org1')`)
      return made
    },
    end: (id: string) => db.execute(`delete from ${at('session')} where "id" = '${id}'`),
  }
}
export const hour = 3_600_000

/** Opens a database that is closed after its test. */
export const disposable = (db: Database): { db: Database } & AsyncDisposable => ({
  db,
  [Symbol.asyncDispose]: () => db.close(),
})
