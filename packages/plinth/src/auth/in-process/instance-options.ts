import type { BetterAuthInstance } from '../../database/kysely/better-auth-instance.ts'

/** A field that an application adds to a table of Better Auth. */
export interface AddedField {
  readonly type?: unknown
  readonly fieldName?: string
  readonly returned?: boolean
  readonly transform?: object
}

/** The options of a table. */
export interface TableOptions {
  readonly modelName?: string
  readonly fields?: Readonly<Record<string, unknown>>
  readonly additionalFields?: Readonly<Record<string, AddedField>>
}

/** A plugin of Better Auth, with the options of those that Plinth knows. */
export interface InstancePlugin {
  readonly id: string
  readonly options?: {
    readonly schema?: object
    /** Of `bearer()`. */
    readonly requireSignature?: boolean
    /** Of `jwt()`. */
    readonly jwt?: {
      readonly issuer?: string
      readonly audience?: string | readonly string[]
    }
    readonly jwks?: {
      readonly remoteUrl?: string
      readonly keyPairConfig?: { readonly alg?: string }
    }
  }
}

/** The options of a Better Auth instance that decide about its callers. */
export interface InstanceOptions {
  readonly baseURL?: string | { readonly protocol?: string }
  readonly basePath?: string
  readonly database?: unknown
  readonly secondaryStorage?: object
  readonly emailAndPassword?: { readonly enabled?: boolean }
  readonly hooks?: object
  readonly plugins?: readonly InstancePlugin[]
  readonly trustedOrigins?:
    | readonly string[]
    | ((request: Request) => readonly string[] | Promise<readonly string[]>)
  readonly user?: TableOptions
  readonly session?: TableOptions
  readonly advanced?: {
    readonly useSecureCookies?: boolean
    readonly cookiePrefix?: string
    readonly cookies?: { readonly session_token?: { readonly name?: string } }
  }
}

/**
 * The options of an instance.
 *
 * Plinth does not depend on Better Auth's types: the parts that it reads are declared here, and `openInstance`
 * compares the results with what Better Auth made of the same options.
 */
export const optionsOf = ({ options }: BetterAuthInstance): InstanceOptions => options

/** A plugin of an instance. */
export const pluginOf = (options: InstanceOptions, id: string): InstancePlugin | undefined =>
  options.plugins?.find((plugin) => plugin.id === id)

/** The base URL of an instance: a text, rules for several hosts, or undefined. */
export const baseUrlOf = ({ baseURL }: InstanceOptions): InstanceOptions['baseURL'] =>
  baseURL ?? (process.env['BETTER_AUTH_URL'] || undefined)

/** The name of the session cookie, by the rules of Better Auth. */
export function cookieNameOf(options: InstanceOptions): string {
  const { useSecureCookies, cookiePrefix, cookies } = options.advanced ?? {}
  const baseUrl = baseUrlOf(options)
  const protocol = typeof baseUrl === 'string' ? URL.parse(baseUrl)?.protocol : baseUrl?.protocol
  const isSecure =
    useSecureCookies ??
    (/^https?:?$/.test(protocol ?? '')
      ? protocol!.startsWith('https')
      : process.env['NODE_ENV'] === 'production')
  const name = cookies?.session_token?.name || `${cookiePrefix || 'better-auth'}.session_token`
  return `${isSecure ? '__Secure-' : ''}${name}`
}
