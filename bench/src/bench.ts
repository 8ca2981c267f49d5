import type { Client } from 'pg'
import type { ContenderName } from './contenders.ts'
import type { BenchOptions } from './options.ts'
import type { BenchPostgres } from './postgres.ts'
import type { ServerSettings } from './server-process.ts'

/** The parts that every measurement of one run shares. */
export interface Bench {
  readonly options: BenchOptions
  readonly postgres: BenchPostgres
  readonly db: Client
  readonly server: ServerSettings
  /** The contenders that can be had here. */
  readonly names: readonly ContenderName[]
  readonly log: (line: string) => void
}
