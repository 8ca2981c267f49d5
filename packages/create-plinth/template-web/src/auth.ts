import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { jwt } from 'better-auth/plugins'
import { dialectOf } from './database.ts'
import { readEnvironment } from './environment.ts'

const { url, secret, databaseUrl } = readEnvironment(process.env)

const options = {
  baseURL: url,
  secret,
  database: { dialect: dialectOf(databaseUrl), type: 'postgres' },
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
