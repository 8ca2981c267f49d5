import { PlinthError } from '../../../errors/plinth-error.ts'

/** The types of the optional package `@neondatabase/serverless`. */
export type NeonPackage = typeof import('@neondatabase/serverless')

/** Loads the package when it is first needed. */
export async function loadNeon(): Promise<NeonPackage> {
  try {
    return await import('@neondatabase/serverless')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new PlinthError(
      'PLINTH_DATABASE_DRIVER_MISSING',
      "The Neon driver is not installed: npm install @neondatabase/serverless, or choose TCP by database(url, { driver: 'pg' })",
      { cause: error },
    )
  }
}
