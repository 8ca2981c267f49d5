import type { PlacedGraph } from '../diagrams/graph.types.ts'

/** The entity-relationship diagram of the models. */
export interface ShownDiagram {
  readonly graph: PlacedGraph
  readonly mermaid: string
}

/** The differences between models, migrations and database; none if they match. */
export interface DriftReport {
  readonly drift: readonly {
    readonly between: string
    readonly message: string
    /** The statements that would remove the difference. */
    readonly statements: readonly string[]
  }[]
}

/** The state of a migration in the database. `edited`: its file was changed after it was applied. */
export type MigrationState = 'applied' | 'pending' | 'edited' | 'begun' | 'no database'

/** A migration of the folder. */
export interface ShownMigration {
  readonly name: string
  readonly state: MigrationState
  /** As ISO text; `null` if it was not applied, or nothing recorded when. */
  readonly appliedAt: string | null
  readonly sql: string
}

/** The migrations, newest first. */
export interface MigrationList {
  readonly folder: string
  readonly migrations: readonly ShownMigration[]
  /** Applied, and not in the folder. */
  readonly unknown: readonly string[]
}
