import { database } from 'plinth'
import { env } from './env.ts'
import { relations } from './models.ts'

/** Opened by its first query: embedded Postgres in development, Neon or any Postgres by changing the URL. */
export const db = database(env.DATABASE_URL, { relations })
