import { database } from 'plinth'
import { env } from './env.ts'

/**
 * The database, which opens at its first query: embedded Postgres, or a server if you set its URL.
 */
export const db = database(env.DATABASE_URL)
