import { PlinthError } from '../../errors/plinth-error.ts'

/** The programmatic API of drizzle-kit. */
export type DrizzleKit = typeof import('drizzle-kit/api-postgres')

/** The state of all tables, as in drizzle-kit's `snapshot.json`. */
export type Snapshot = Awaited<ReturnType<DrizzleKit['generateDrizzleJson']>>

/** An entity of a snapshot, such as a table, a column or an index. */
export type Entity = Snapshot['ddl'][number]

const version = '1.0.0-rc.5'

/**
 * Loads drizzle-kit, which only the commands need: a server runs without it.
 *
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`: it is not installed
 */
export async function drizzleKit(): Promise<DrizzleKit> {
  try {
    return await import('drizzle-kit/api-postgres')
  } catch (error) {
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `This command needs drizzle-kit, which is not installed: npm install --save-dev --save-exact drizzle-kit@${version}`,
      { cause: error },
    )
  }
}
