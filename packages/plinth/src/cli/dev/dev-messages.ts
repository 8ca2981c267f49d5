import type { Address } from '../service.ts'

/** The only argument of the process that serves, as JSON. */
export interface DevStart extends Address {
  /** The reason for a restart, such as `src/tasks.ts changed`; `undefined` at the first start. */
  readonly because?: string
}

/** The environment variable with the secret that keeps the passwords of shared databases the same across restarts. */
export const sharingVariable = 'PLINTH_DEV_SHARING_SECRET'

/** A message from the process that serves to `plinth dev`. */
export type DevMessage =
  /** It loaded this file. */
  | { readonly plinth: 'file'; readonly file: string }
  /** It serves on this port. */
  | { readonly plinth: 'ready'; readonly port: number }

/** A message from the process that compares: the models differ from the migrations. */
export interface DriftMessage {
  /** The statements that would update the tables to match the models. */
  readonly statements: readonly string[]
}
