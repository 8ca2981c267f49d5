import { Credential, type CredentialDefinition } from '../../dependencies/credential.ts'
import { asDependency, type Dependency } from '../../dependencies/definition.ts'
import { dependency } from '../../dependencies/dependency.ts'
import type { OptionNames } from '../../errors/check-options.ts'
import { HttpError } from '../../errors/http-error.ts'
import { stackless } from '../../errors/stackless.ts'
import type { RequestContext } from '../../http/request-context.ts'

/** A result of `verify` that refuses the credential. */
type Refused = null | undefined | false

/**
 * Options of every credential.
 *
 * `Sent` is what the request carries, and `T` what the dependency gives.
 */
export interface CredentialOptions<R extends boolean = boolean, Sent = unknown, T = unknown> {
  /** `false`: the value is `null` if the request has no credential. Default `true`: such a request is a 401. */
  readonly required?: R | undefined
  /**
   * Looks the credential up, and returns the caller. `null`, `undefined` or `false` is a 401.
   * Default: the dependency gives what was sent.
   */
  readonly verify?: ((sent: Sent, context: RequestContext) => T | PromiseLike<T>) | undefined
  /** The source of the credential, for the documentation, in Markdown. */
  readonly description?: string | undefined
  /** Its name among the security schemes of the OpenAPI document. Default: the kind of the credential. */
  readonly schemeName?: string | undefined
}

/** The value of a credential: what `verify` returns, unless it refuses, and `null` if none is required. */
export type CredentialValue<R extends boolean, T> =
  // `V`, since TypeScript would infer `T` from the place of the call: a dependency of any type would be unknown.
  [T] extends [infer V]
    ? R extends true
      ? Exclude<V, Refused>
      : Exclude<V, Refused> | null
    : never

/** The names of the options of every credential. */
export const credentialOptions: OptionNames<CredentialOptions> = {
  required: true,
  verify: true,
  description: true,
  schemeName: true,
}

/** A kind of credential, without the options that all kinds have. */
export interface CredentialKind<Sent> extends Omit<CredentialDefinition<Sent>, 'required'> {
  /** The name of the kind, for messages. */
  readonly name: string
  /** The response to a credential that `verify` refuses. */
  readonly refusal: {
    readonly code: 'PLINTH_INVALID_TOKEN' | 'PLINTH_INVALID_CREDENTIALS'
    readonly detail: string
    readonly challenge: string
  }
  /** Throws if this request must not use the credential that it carries. */
  readonly guard?: (context: RequestContext) => void
}

/** Declares the dependency on a credential. With `verify`, it is a guard that gives the caller. */
export function credentialDependency<Sent, R extends boolean, T>(
  kind: CredentialKind<Sent>,
  { required, verify }: CredentialOptions<R, Sent, T>,
): Dependency<CredentialValue<R, T>> {
  const credential = new Credential<Sent>({ ...kind, required: required ?? true })
  const { name, guard } = kind
  if (verify === undefined && guard === undefined) return asDependency(credential)
  const accepted = acceptedBy(kind)
  const factory = (context: RequestContext & { sent: Sent | null }): unknown => {
    const { sent } = context
    if (sent === null) return null
    guard?.(context)
    if (verify === undefined) return sent
    const found = verify(sent, context)
    return isPromiseLike(found) ? found.then(accepted) : accepted(found)
  }
  const errors = guard === undefined ? ([401] as const) : ([401, 403] as const)
  const given = dependency({ sent: asDependency<Sent | null>(credential) }, factory, {
    errors,
    name,
  })
  // The cast is safe: without `verify`, `T` is `Sent`, and the value is null only if `R` is false.
  return given as Dependency<CredentialValue<R, T>>
}

/** Returns a function that throws the kind's 401 if `verify` refused the credential. */
function acceptedBy({ refusal }: Pick<CredentialKind<unknown>, 'refusal'>): <T>(found: T) => T {
  const { code, detail, challenge } = refusal
  const headers = { 'www-authenticate': challenge }
  return (found) => {
    if (found === null || found === undefined || found === false)
      throw stackless(() => new HttpError(401, detail, { code, headers }))
    return found
  }
}

const isPromiseLike = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'

/** Names a security scheme. Characters that component names cannot contain become `_`. */
export const componentName = (name: string): string => name.replaceAll(/[^A-Za-z0-9.\-_]/g, '_')
