import { Command, InvalidArgumentError } from 'commander'
import { createToken } from '../../auth/jwt/create-token.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { mode } from '../../settings/mode.ts'
import { action, withJson } from '../action.ts'
import { duration } from './duration.ts'
import { credentialSources, ownBetterAuth } from '../own-better-auth.ts'
import { enterProject, type Project } from '../project.ts'
import { readSigningSecret } from '../signing-secret.ts'

interface TokenCommandOptions {
  readonly sub: string
  readonly expires: number
  readonly email?: string
  readonly name?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly issuer?: string
  readonly audience?: string
  readonly force?: boolean
}

// Better Auth's email links accept a token with a top-level email that is signed with this secret.
const reserved = ['sub', 'iat', 'exp', 'iss', 'aud', 'email']

const notAnObject = `Write a JSON object, for example '{"role":"admin"}'.`

function claims(json: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new InvalidArgumentError(notAnObject)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidArgumentError(notAnObject)
  const found = reserved.find((name) => name in value)
  if (found !== undefined)
    throw new InvalidArgumentError(
      found === 'email'
        ? 'A top-level email would make it a token for email links: use --email.'
        : `"${found}" has its own option.`,
    )
  return value as Readonly<Record<string, unknown>>
}

const withoutUndefined = (options: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

/** Refuses if the service accepts only what its own Better Auth issues. */
async function refuseOwnBetterAuth(project: Project): Promise<void> {
  const instance = await ownBetterAuth(project)
  if (instance === undefined) return
  const { signIn, token } = credentialSources(instance)
  const instead =
    token === undefined
      ? `Send the cookie of ${signIn}; or add the plugin bearer() to betterAuth(), and send the header set-auth-token of that response as a bearer token`
      : `Send as a bearer token ${token}`
  throw new PlinthError(
    'PLINTH_COMMAND_REFUSED',
    `This service accepts sessions of its own Better Auth, and no token that is signed with BETTER_AUTH_SECRET. ${instead}. Use --force to create one anyway`,
  )
}

/** `plinth token`: creates a JWT signed with BETTER_AUTH_SECRET, to try the service with. */
export const tokenCommand = (): Command =>
  withJson(new Command('token'))
    .description('Creates a development token (a JWT, HS256, signed with BETTER_AUTH_SECRET).')
    .requiredOption('--sub <id>', "the user's id")
    .option('--expires <time>', 'lifetime: 90s, 15m, 1h, 7d', duration, 3600)
    .option('--email <address>', 'the user’s email address')
    .option('--name <name>', 'the user’s name')
    .option('--claims <json>', `more claims, such as '{"role":"admin"}'`, claims)
    .option('--issuer <url>', 'the iss claim; by default the origin of BETTER_AUTH_URL')
    .option('--audience <name>', 'the aud claim; by default none')
    .option('--force', 'allow production, and a service with its own Better Auth')
    .addHelpText(
      'after',
      `\nExample:\n  curl -H "Authorization: Bearer $(plinth token --sub ann)" http://localhost:8000/api/tasks`,
    )
    .action(
      action<TokenCommandOptions>(
        async ({ out, options }) => {
          if (mode() === 'production' && !options.force)
            throw new PlinthError(
              'PLINTH_COMMAND_REFUSED',
              'This is production (NODE_ENV): a token lets its holder act as any user, and cannot be revoked. Use --force to create one anyway',
            )
          const project = enterProject()
          if (!options.force) await refuseOwnBetterAuth(project)
          const signing = await readSigningSecret(project)
          if (signing === undefined)
            throw new PlinthError(
              'PLINTH_COMMAND_REFUSED',
              'BETTER_AUTH_SECRET is not set, and a token is signed with it. Add the frontend’s value to .env.local',
            )
          const { sub, expires, email, name, audience, issuer = signing.issuer } = options
          const more = { email, name, issuer, audience, claims: options.claims }
          const token = await createToken(signing.secret, {
            sub,
            expiresIn: expires,
            ...withoutUndefined(more),
          })
          const expiresAt = new Date(Date.now() + expires * 1000).toISOString()
          if (out.json) out.result({ token, sub, expiresAt, issuer: issuer ?? null })
          else out.document(token)
        },
        { document: true },
      ),
    )
