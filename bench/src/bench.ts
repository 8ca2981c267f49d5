import type { Client } from 'pg'
import type { ContenderName } from './contenders.ts'
import type { BenchOptions } from './options.ts'
import type { BenchPostgres } from './postgres.ts'
import type { ServerSettings } from './server-process.ts'

/** The state that all measurements of a run share. */
export interface Bench {
  readonly options: BenchOptions
  readonly postgres: BenchPostgres
  readonly db: Client
  readonly server: ServerSettings
  /** The contenders that can run on this machine. */
  readonly names: readonly ContenderName[]
  readonly log: (line: string) => void
}
