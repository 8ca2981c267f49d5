import Fastify from 'fastify'
import { settings } from '../settings.ts'
import { compute } from './work.ts'

const app = Fastify()
app.get('/work', compute)
await app.listen({ port: settings.port, host: settings.host })
