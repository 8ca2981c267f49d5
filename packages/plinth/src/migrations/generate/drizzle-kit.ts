import { PlinthError } from '../../errors/plinth-error.ts'

/** What drizzle-kit can do for a program. */
export type DrizzleKit = typeof import('drizzle-kit/api-postgres')

/** A state of all tables, as drizzle-kit writes it into `snapshot.json`. */
export type Snapshot = Awaited<ReturnType<DrizzleKit['generateDrizzleJson']>>

/** A table, column, index, … of a snapshot. */
export type Entity = Snapshot['ddl'][number]

const version = '1.0.0-rc.5'

/**
 * drizzle-kit, which only these commands need: a server is installed without it.
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
