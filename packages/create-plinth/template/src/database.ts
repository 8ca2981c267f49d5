import { database } from 'plinth'
import { env } from './env.ts'

/** Opens itself at its first query: embedded Postgres in development, a server by changing the URL. */
export const db = database(env.DATABASE_URL)
