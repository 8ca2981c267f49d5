import type { Logger } from '../logging/logger.types.ts'

/** A header that a dependency adds to responses, for the documentation. */
export interface AddedHeader {
  /** As it is usually written, such as `RateLimit`. */
  readonly name: string
  /** Its name in `components.headers`. */
  readonly component: string
  readonly description: string
  /** The error status that has it, too, besides every success. */
  readonly error: number
}

/** An endpoint that takes tokens of its own (RFC 9728), and where they come from. */
export interface ProtectedResource {
  /** Its URL, which the tokens name as their audience. */
  readonly url: string
  /** The issuers of the tokens. */
  readonly authorizationServers: readonly string[]
}

/** The site where the users of a dependency sign in. */
export interface SignInSite {
  /** Its base URL. */
  readonly url: string
  /** The address of the keys that verify its tokens; `undefined` if they are not fetched over HTTP. */
  readonly keys: string | undefined
}

/** The properties of Plinth's own dependencies beyond the options of `dependency()`. */
export interface DependencyTraits {
  /** `true` runs it with the guards, although it declares neither 401 nor 403. */
  readonly isGuard?: boolean
  /** Returns the id of the caller that its value is; `undefined` for none. */
  readonly caller?: (value: unknown) => string | undefined
  readonly headers?: readonly AddedHeader[]
  /** The endpoint for agents whose tokens it accepts, too. */
  readonly resource?: ProtectedResource
  readonly site?: SignInSite
  /** `true` for a database. */
  readonly isDatabase?: boolean
  /** Work at the start of an app that uses it. An error fails the start. */
  readonly prepare?: (start: AppStart) => Promise<void>
}

/** A dependency with its traits. */
export interface TraitsHolder {
  readonly name: string
  readonly traits: DependencyTraits
}

/** The start of an app, for {@link DependencyTraits.prepare}. */
export interface AppStart {
  readonly log: Logger
  /** All dependencies that the app uses. */
  readonly all: readonly TraitsHolder[]
  /** Returns the value of a dependency of scope `app`. */
  value(asked: object): unknown
}
