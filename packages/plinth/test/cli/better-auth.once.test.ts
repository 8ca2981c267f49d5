// The tables of a Better Auth instance in the same process, by the `plinth` command.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cliProject, secret, type CliProject } from '../support/cli-project.ts'

const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url))
const authFile = `import { betterAuth } from 'better-auth'
import { betterAuthDatabase } from 'plinth/better-auth'
import { db } from './database.ts'
import { env } from './env.ts'

export const auth = betterAuth({
  baseURL: env.BETTER_AUTH_URL,
  secret: env.BETTER_AUTH_SECRET,
  database: betterAuthDatabase(db),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
})
`
const usersTable = `const user = pgSchema('auth').table('user', { id: text().primaryKey() })`

let project: CliProject
beforeAll(() => {
  project = cliProject({
    'migrations/20260101000000_initial/migration.sql': undefined,
    'src/auth.ts': authFile,
    'src/models.ts': `import { pgSchema, text } from 'drizzle-orm/pg-core'
import { id, model, owner } from 'plinth'
import * as z from 'zod'

${usersTable}
export const Note = model('notes', { id: id(), text: z.string().max(100), userId: owner(() => user.id) })
`,
  })
  symlinkSync(join(modules, 'better-auth'), join(project.folder, 'node_modules/better-auth'))
})
afterAll(() => project[Symbol.dispose]())

const plinth = (...args: string[]) =>
  project.plinth(args, { env: { BETTER_AUTH_SECRET: secret, BETTER_AUTH_TELEMETRY: '0' } })

it('plinth db generate writes a foreign key to a user, and not the table of users', async () => {
  const { code, stderr } = await plinth('db', 'generate', '--name', 'notes')
  expect([code, stderr]).toEqual([0, expect.any(String)])
  const [file = ''] = Object.keys(project.files()).filter((name) => name.endsWith('migration.sql'))
  const text = project.read(file.slice(project.folder.length + 1))
  expect(text).toMatch(/REFERENCES "auth"\."user"\("id"\) ON DELETE CASCADE/)
  expect(text).not.toMatch(/CREATE (?:SCHEMA|TABLE "auth")/)
})

it('plinth db diagram draws the tables of Better Auth with those of the models, without a database', async () => {
  const { code, stdout, stderr } = await plinth('db', 'diagram')
  expect([code, stderr]).toEqual([0, ''])
  const ids = new Map(
    [...stdout.matchAll(/(t\d+)\["([\w.]+)"\] \{/g)].map(([, id, name]) => [name!, id!]),
  )
  expect([...ids.keys()].toSorted()).toEqual([
    'auth.account',
    'auth.session',
    'auth.user',
    'auth.verification',
    'notes',
  ])
  const user = ids.get('auth.user')
  expect(stdout).toContain(`  ${ids.get('notes')} }o--|| ${user} : "user_id"\n`)
  expect(stdout).toContain(`  ${ids.get('auth.session')} }o--|| ${user} : "userId"\n`)
  expect(stdout).not.toContain('}o..||')
  expect(stdout).toMatch(/text token UK\b/)
})

it('plinth db migrate creates the tables of Better Auth before those that refer to them', async () => {
  const first = await plinth('db', 'migrate')
  expect(first.code, first.stderr).toBe(0)
  expect(first.stdout).toMatch(
    /^applied the tables of Better Auth \(user, session, account, verification\)\napplied \d+_notes\n$/,
  )
  expect(JSON.parse((await plinth('db', 'migrate', '--json')).stdout)).toMatchObject({
    applied: [],
    betterAuth: [],
  })
})

it('plinth db check compares only the models', async () => {
  const { code, stdout } = await plinth('db', 'check')
  expect([code, stdout]).toEqual([0, 'The models, the migrations and the database match.\n'])
})

it('plinth token refuses a service with its own Better Auth, and says where its tokens come from', async () => {
  const refused = await plinth('token', '--sub', 'ann')
  expect([refused.code, refused.stdout]).toEqual([1, ''])
  expect(refused.stderr).toMatch(
    /Send the cookie of the response of POST http:\/\/[^/]+\/api\/auth\/sign-in\/email; or add the plugin bearer\(\).* as a bearer token\. Use --force/,
  )
  const withBearer = authFile
    .replace('emailAndPassword', 'plugins: [bearer()],\n  emailAndPassword')
    .replace('\n', `\nimport { bearer } from 'better-auth/plugins'\n`)
  project.write('src/auth.ts', withBearer)
  const bearer = await plinth('token', '--sub', 'ann')
  expect(bearer.stderr).toMatch(
    /Send as a bearer token the header set-auth-token of the response of POST/,
  )
  expect((await plinth('token', '--sub', 'ann', '--force')).code).toBe(0)
})

it('plinth dev says where the token of its curl line comes from', async () => {
  project.write(
    'src/notes.ts',
    `import { betterAuth, router } from 'plinth'
import * as z from 'zod'
import { auth } from './auth.ts'
import { db } from './database.ts'

const notes = router('/api/notes', { dependencies: { user: betterAuth({ auth }), db } })
export const list = notes.get('/', { response: z.string() }, ({ user }) => user.id)
`,
  )
  await using run = project.run(['dev', '--port', '0'], {
    env: { BETTER_AUTH_SECRET: secret, BETTER_AUTH_TELEMETRY: '0' },
  })
  await run.until(/Press Ctrl-C/)
  expect(run.said).toMatch(
    /curl -s (http:\S+)\/api\/notes -H 'Authorization: Bearer <token>'\n# <token> is the header set-auth-token of the response of POST \1\/api\/auth\/sign-in\/email\n/,
  )
})

it('plinth db migrate says which file must export the instance', async () => {
  project.write('src/accounts.ts', authFile)
  project.write('src/auth.ts', `import './accounts.ts'\n`)
  const { code, stderr } = await plinth('db', 'migrate')
  expect(code).toBe(1)
  expect(stderr).toContain('src/auth.ts does not export its instance')
})
