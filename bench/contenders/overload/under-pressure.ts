// Follows the README of @fastify/under-pressure, with the limit that is Plinth's default.
import underPressure from '@fastify/under-pressure'
import Fastify from 'fastify'
import { settings } from '../settings.ts'
import { compute } from './work.ts'

const app = Fastify()
await app.register(underPressure, { maxEventLoopDelay: 100, retryAfter: 1 })
app.get('/work', compute)
await app.listen({ port: settings.port, host: settings.host })
