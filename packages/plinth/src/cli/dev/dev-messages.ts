import type { Address } from '../service.ts'

/** What `plinth dev` gives the process that serves, as its only argument, in JSON. */
export interface DevStart extends Address {
  /** Why it is started again, as `src/tasks.ts changed`; `undefined` at first. */
  readonly because?: string
}

/** What the process that serves tells `plinth dev`. */
export type DevMessage =
  /** It loads this file. */
  | { readonly plinth: 'file'; readonly file: string }
  /** It serves, on this port. */
  | { readonly plinth: 'ready'; readonly port: number }

/** What the process that compares says, where models and migrations differ. */
export interface DriftMessage {
  /** That would make the tables what the models say. */
  readonly statements: readonly string[]
}
