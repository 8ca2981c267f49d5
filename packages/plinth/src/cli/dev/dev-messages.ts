import type { Address } from '../service.ts'

/** The only argument of the process that serves, as JSON. */
export interface DevStart extends Address {
  /** The reason for a restart, such as `.env changed`; `undefined` at the first start. */
  readonly because?: string
  /** True if `plinth dev` reacts to keys. */
  readonly keys?: boolean
}

/** The environment variable with the secret that keeps the passwords of shared databases the same across restarts. */
export const sharingVariable = 'PLINTH_DEV_SHARING_SECRET'

/** The pages that a key opens. */
export interface DevLinks {
  readonly docs?: string | undefined
  /** The development page. */
  readonly page?: string | undefined
}

/** A message from the process that serves to `plinth dev`. */
export type DevMessage =
  /** It loaded this file. */
  | { readonly plinth: 'file'; readonly file: string; readonly stamp: string }
  /** It serves on this port. */
  | {
      readonly plinth: 'ready'
      readonly port: number
      readonly links: DevLinks
      /** The state of `.env.local`, which it may have written itself. */
      readonly generated: string
      /** False if each change needs a new process. */
      readonly reloads: boolean
    }
  | ReloadReply

/** The reply to a {@link ReloadRequest}. */
export type ReloadReply =
  /** The service was loaded again, or nothing that it uses has changed. */
  | {
      readonly plinth: 'reloaded'
      readonly links: DevLinks
      /** True if the models or the migrations may differ now. */
      readonly models: boolean
    }
  /** The new code does not work, and the old one still serves. */
  | { readonly plinth: 'failed' }
  /** Only a new process can do it. */
  | { readonly plinth: 'restart'; readonly because: string }

/** A message from `plinth dev` to the process that serves: these files changed. */
export interface ReloadRequest {
  readonly plinth: 'reload'
  readonly files: readonly string[]
}

/** A message from the process that compares: the models differ from the migrations. */
export interface DriftMessage {
  /** The statements that would update the tables to match the models. */
  readonly statements: readonly string[]
}
