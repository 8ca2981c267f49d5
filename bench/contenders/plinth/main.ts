import { serve } from 'plinth'
import { settings } from '../settings.ts'
import { api } from './api.ts'

await serve(api, { port: settings.port, hostname: settings.host })
