import { unauthorized } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import { definition } from './definition.ts'

/** A security scheme of OpenAPI 3.1, with its name in `components.securitySchemes`. */
export interface SecurityScheme {
  readonly name: string
  readonly scheme: Readonly<Record<string, unknown>>
}

/** The part of a request that can carry a credential. */
export type CredentialSource = Pick<IncomingRequest, 'headers' | 'target'>

/** The definition of a {@link Credential}. */
export interface CredentialDefinition<T = unknown> {
  /** The schemes that carry it: any one of them is enough. */
  readonly schemes: readonly SecurityScheme[]
  /** `false`: the value is `null` if the request has no credential. */
  readonly required: boolean
  /** The `WWW-Authenticate` header of a 401 (RFC 9110, section 11.6.1). */
  readonly challenge: string
  /** The detail of a 401 for a request without it. */
  readonly missing: string
  /** The query parameter that carries it. */
  readonly queryName?: string
  /** Returns the credential, or `null` if the request has none. */
  readonly read: (request: CredentialSource) => T | null
}

/** A credential of the caller. It is read before any other input, so that a stranger learns nothing about the schemas. */
export class Credential<T = unknown> {
  readonly schemes: readonly SecurityScheme[]
  readonly required: boolean
  readonly queryName: string | undefined
  readonly challenge: string
  readonly #defined: CredentialDefinition<T>

  constructor(defined: CredentialDefinition<T>) {
    this.schemes = defined.schemes
    this.required = defined.required
    this.queryName = defined.queryName
    this.challenge = defined.challenge
    this.#defined = defined
  }

  get [definition](): this {
    return this
  }

  /** @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: it is required and missing */
  read(request: CredentialSource): T | null {
    const found = this.#defined.read(request)
    if (found === null && this.required)
      throw stackless(() => unauthorized(this.#defined.missing, this.challenge))
    return found
  }
}
