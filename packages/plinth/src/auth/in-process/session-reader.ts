import {
  instanceDatabase,
  type BetterAuthInstance,
} from '../../database/kysely/better-auth-instance.ts'
import { tokenOfBearer, tokenOfCookie } from '../sessions/session-cookie.ts'
import { SessionLookup } from '../sessions/session-lookup.ts'
import type { AddedClaims } from '../sessions/session-queries.ts'
import { askInstance } from './ask-instance.ts'
import { optionsOf, type InstanceOptions, type TableOptions } from './instance-options.ts'
import type { ReadSession } from './read-session.types.ts'

/** Plugins of Better Auth that leave the result of `getSession()` as it is in the tables. */
const transparentPlugins: ReadonlySet<string> = new Set([
  'admin',
  'anonymous',
  'bearer',
  'captcha',
  'device-authorization',
  'email-otp',
  'generic-oauth',
  'have-i-been-pwned',
  'jwt',
  'last-login-method',
  'magic-link',
  'multi-session',
  'oauth-popup',
  'oauth-proxy',
  'one-tap',
  'one-time-token',
  'open-api',
  'organization',
  'phone-number',
  'siwe',
  'two-factor',
  'username',
])

/** The types of added fields that JSON has, too. */
const jsonTypes: ReadonlySet<unknown> = new Set([
  'string',
  'number',
  'boolean',
  'string[]',
  'number[]',
])

/** The added fields of a table that become claims; undefined if the table must be read by Better Auth. */
function claimsOf({ modelName, fields = {}, additionalFields = {} }: TableOptions = {}):
  | readonly string[]
  | undefined {
  if (modelName !== undefined || Object.keys(fields).length > 0) return undefined
  const added = Object.entries(additionalFields)
  const isPlain = added.every(
    ([, { type, fieldName, transform }]) =>
      (jsonTypes.has(type) || Array.isArray(type)) && !fieldName && transform === undefined,
  )
  return isPlain
    ? added.flatMap(([name, { returned }]) => (returned === false ? [] : [name]))
    : undefined
}

/** The claims to read from the tables; undefined if only Better Auth knows what a session is. */
function directClaims(options: InstanceOptions): AddedClaims | undefined {
  const { secondaryStorage, hooks, plugins = [] } = options
  const isPlain = plugins.every(
    (plugin) => transparentPlugins.has(plugin.id) && plugin.options?.schema === undefined,
  )
  if (secondaryStorage !== undefined || hooks !== undefined || !isPlain) return undefined
  const user = claimsOf(options.user)
  const session = claimsOf(options.session)
  return user && session && { user, session }
}

/**
 * Chooses how the sessions of an instance are read.
 *
 * A statement of Plinth's own costs a quarter of `auth.api.getSession()`. It is used if the instance has the database
 * of `betterAuthDatabase()`, and nothing in its options can change what a session is.
 */
export function sessionReader(auth: BetterAuthInstance, requireSignature: boolean): ReadSession {
  const tables = instanceDatabase(auth)
  const added = tables && directClaims(optionsOf(auth))
  if (tables === undefined || added === undefined) return askInstance(auth)
  const { db, schema } = tables
  const sessions = new SessionLookup(schema, added)
  return async ({ sent, instance: { secret } }) => {
    const secrets = [secret]
    const token =
      typeof sent === 'string'
        ? tokenOfBearer(sent, { secrets, requireSignature })
        : tokenOfCookie(sent ?? [], secrets)
    return await sessions.userOf(db, token)
  }
}
