import { Command, InvalidArgumentError } from 'commander'
import { createToken } from '../../auth/jwt/create-token.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { mode } from '../../settings/mode.ts'
import { action, withJson } from '../action.ts'
import { duration } from './duration.ts'
import { enterProject } from '../project.ts'
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

// A token with a top-level email, signed with this secret, is one that Better Auth's e-mail links accept.
const reserved = ['sub', 'iat', 'exp', 'iss', 'aud', 'email']

function claims(json: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new InvalidArgumentError(`Write a JSON object, as '{"role":"admin"}'.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidArgumentError(`Write a JSON object, as '{"role":"admin"}'.`)
  const taken = reserved.find((name) => name in value)
  if (taken !== undefined)
    throw new InvalidArgumentError(
      taken === 'email'
        ? 'A top-level email would make it a token for e-mail links: use --email.'
        : `"${taken}" has an option of its own.`,
    )
  return value as Readonly<Record<string, unknown>>
}

const filled = (options: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

/** `plinth token`: a token signed with BETTER_AUTH_SECRET, to try the service with. */
export const tokenCommand = (): Command =>
  withJson(new Command('token'))
    .description('Makes a development token (HS256, signed with BETTER_AUTH_SECRET).')
    .requiredOption('--sub <id>', "the user's id")
    .option('--expires <time>', 'how long it holds: 90s, 15m, 1h, 7d', duration, 3600)
    .option('--email <address>', 'the user’s e-mail address')
    .option('--name <name>', 'the user’s name')
    .option('--claims <json>', `more claims, as '{"role":"admin"}'`, claims)
    .option('--issuer <url>', 'its iss; by default the origin of BETTER_AUTH_URL')
    .option('--audience <name>', 'its aud; by default none')
    .option('--force', 'also in production')
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
              'This is production (NODE_ENV): a token made here lets its holder be any user, and nobody can take it back. With --force one is made all the same',
            )
          const signing = await readSigningSecret(enterProject())
          if (signing === undefined)
            throw new PlinthError(
              'PLINTH_COMMAND_REFUSED',
              'BETTER_AUTH_SECRET is not set: a token is signed with it. Write it into .env.local, the same as the frontend has',
            )
          const { sub, expires, email, name, audience, issuer = signing.issuer } = options
          const more = { email, name, issuer, audience, claims: options.claims }
          const token = await createToken(signing.secret, {
            sub,
            expiresIn: expires,
            ...filled(more),
          })
          const expiresAt = new Date(Date.now() + expires * 1000).toISOString()
          if (out.json) out.result({ token, sub, expiresAt, issuer: issuer ?? null })
          else out.document(token)
        },
        { document: true },
      ),
    )
