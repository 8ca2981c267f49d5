import { PlinthError } from '../errors/plinth-error.ts'

/** The types of the optional package `pg-boss`. */
export type BossPackage = typeof import('pg-boss')

/**
 * Loads the package when an app with jobs starts.
 *
 * @throws {PlinthError} `PLINTH_JOBS_UNAVAILABLE`: it is not installed
 */
export async function loadBoss(): Promise<BossPackage> {
  try {
    return await import('pg-boss')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new PlinthError(
      'PLINTH_JOBS_UNAVAILABLE',
      'Jobs need the package pg-boss, which is not installed: npm install pg-boss @opentelemetry/api',
      { cause: error },
    )
  }
}
