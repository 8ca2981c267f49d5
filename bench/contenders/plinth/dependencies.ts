import { betterAuth, database } from 'plinth'
import { settings } from '../settings.ts'

export const db = database(settings.databaseUrl)
export const currentUser = betterAuth({ secret: settings.secret })
