import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { nextCookies } from 'better-auth/next-js'
import { jwt } from 'better-auth/plugins'
import { dialectOf, schemaName } from './database.ts'
import { isPostgres, readEnvironment } from './environment.ts'
import { sendMail } from './mail.ts'

export const environment = readEnvironment(process.env)
const { mail } = environment

const options = {
  appName: 'Tasks',
  baseURL: environment.url,
  ...(environment.secret !== undefined && { secret: environment.secret }),
  trustedOrigins: [environment.url],
  database: { dialect: dialectOf(environment.databaseUrl), type: 'postgres', schemaName },
  emailAndPassword: {
    enabled: true,
    revokeSessionsOnPasswordReset: true,
    ...(mail && {
      sendResetPassword: ({ user, token }) =>
        sendMail(mail, {
          to: user.email,
          subject: 'Reset your password',
          text: `Choose a new password for Tasks:\n\n${environment.url}/reset-password?token=${token}\n\nThe link is valid for an hour. If you did not ask for it, ignore this email.`,
        }),
    }),
  },
  socialProviders: environment.github ? { github: environment.github } : {},
  // Processes of one site share their rate limit through a common database.
  rateLimit: {
    enabled: true,
    storage: isPostgres(environment.databaseUrl) ? 'database' : 'memory',
  },
  plugins: [
    // Issuer and audience are this site's origin, which is what the API's `betterAuth({ url })` expects.
    jwt({
      jwt: {
        definePayload: ({ user, session }) => ({
          email: user.email,
          name: user.name,
          sid: session['id'],
        }),
      },
    }),
    // Must be the last plugin, so that it sees the cookies of the others.
    nextCookies(),
  ],
  telemetry: { enabled: false },
} satisfies BetterAuthOptions

/** Better Auth signs users in and creates tokens for the API. */
export const auth = betterAuth(options)
