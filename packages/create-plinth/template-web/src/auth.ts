import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { jwt } from 'better-auth/plugins'
import { dialect } from './database.ts'

const isBuild = process.env['NEXT_PHASE'] === 'phase-production-build'
const secret = process.env['BETTER_AUTH_SECRET']
if (!secret && !isBuild)
  throw new Error('BETTER_AUTH_SECRET is missing: copy .env.example to .env, and set it')
const url = process.env['BETTER_AUTH_URL']
if (!url && !isBuild && process.env['NODE_ENV'] === 'production')
  throw new Error(
    'BETTER_AUTH_URL is missing: set it to the address of this frontend, such as https://app.example.com',
  )

const options = {
  baseURL: url || 'http://localhost:3000',
  // a build does not sign anything
  secret: secret ?? crypto.randomUUID(),
  database: { dialect, type: 'postgres' },
  emailAndPassword: { enabled: true },
  // the API checks the tokens of this plugin, with its public keys
  plugins: [
    jwt({ jwt: { definePayload: ({ user }) => ({ email: user.email, name: user.name }) } }),
  ],
  telemetry: { enabled: false },
} satisfies BetterAuthOptions

/** Better Auth signs users in and creates tokens for the API. */
export const auth = betterAuth(options)

export async function migrateUsers(): Promise<void> {
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
}
