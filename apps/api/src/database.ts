import { database } from 'plinth'
import { env } from './env.ts'
import { relations } from './models.ts'

/** Opens itself at its first query: embedded Postgres in development, Neon by changing the URL. */
export const db = database(env.DATABASE_URL, { relations })
