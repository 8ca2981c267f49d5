// A service with a list, in its own process, with or without OpenTelemetry: see `tracing.load.ts`.
import { propagation } from '@opentelemetry/api'
import { registerSdk } from '../support/telemetry/register-sdk.ts'

const { DATABASE_URL = '', SECRET = '', RATIO = '', COLLECTOR = '' } = process.env
const provider = RATIO === '' ? undefined : registerSdk({ url: COLLECTOR, ratio: Number(RATIO) })
// An import of the API alone registers nothing.
propagation.fields()

const { app, betterAuth, createLogger, database, model, id, owner, router, serve } =
  await import('plinth')
const { eq } = await import('drizzle-orm')
const z = await import('zod')

const Note = model('notes', { id: id(), text: z.string(), userId: owner() })
const db = database(DATABASE_URL)
const user = betterAuth({ secret: SECRET })
const notes = router('/notes', { dependencies: { db, user } })
const list = notes.get('/', { response: z.array(Note) }, ({ db, user }) =>
  db.select().from(Note).where(eq(Note.userId, user.id)).limit(20),
)
const log = createLogger({ level: 'warn' })
const api = app({ title: 'Notes', routes: { notes: { list } }, log })
const { url } = await serve(api, { port: 0, hostname: '127.0.0.1' })
process.send!({ url })
process.on('message', async (asked) => {
  if (asked === 'flush') await provider?.forceFlush()
  process.send!({ cpu: process.cpuUsage() })
})
