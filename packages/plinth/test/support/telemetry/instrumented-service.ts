// A service with the instrumentations of `node:http`, `pg` and `fetch` beside Plinth's own spans, in a process of its own.
import { register } from 'node:module'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { registerSdk } from './register-sdk.ts'

const { DATABASE_URL = '', COLLECTOR = '' } = process.env
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
const provider = registerSdk({ url: COLLECTOR })
const instrumentations = [
  new HttpInstrumentation(),
  new PgInstrumentation(),
  new UndiciInstrumentation(),
]
for (const each of instrumentations) each.enable()

const { app, createLogger, database, model, id, router, serve, transaction, dependency } =
  await import('plinth')
const z = await import('zod')

const Note = model('notes', { id: id(), text: z.string() })
// Two connections, so that statements wait for those of other requests.
const db = database(DATABASE_URL, { max: 2 })
const tx = dependency({ db }, ({ db }) => transaction(db))
const notes = router('/notes')
const routes = {
  list: notes.get('/', { response: z.array(Note), dependencies: { db } }, ({ db }) =>
    db.select().from(Note),
  ),
  create: notes.post(
    '/',
    { body: Note.$create, response: { 201: Note }, dependencies: { tx } },
    async ({ tx, body, respond }) => {
      const [note] = await tx.insert(Note).values(body).returning()
      return respond(201, note!)
    },
  ),
}
const log = createLogger({ level: 'warn' })
const { url } = await serve(app({ title: 'Notes', routes: { notes: routes }, log }), {
  port: 0,
  hostname: '127.0.0.1',
})
process.send!({ url })
process.on('message', async () => {
  await provider.forceFlush()
  process.send!({ flushed: true })
})
