// A service on Postgres with the kinds of requests that a real one gets at the same time.
import { cliProject, secret, type CliProject } from '../support/cli-project.ts'

/** The number of notes of the caller. Writes change them, so that the table keeps its size. */
export const notes = 200

const routes = `import { desc, eq } from 'drizzle-orm'
import { betterAuth, dependency, one, router, sse, transaction, update } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { env } from './env.ts'
import { Note } from './models.ts'

const user = betterAuth({ secret: env.BETTER_AUTH_SECRET, url: env.BETTER_AUTH_URL })
const session = dependency({ db }, ({ db }) => transaction(db))
const notes = router('/api/notes', { dependencies: { user, db: session } })

export const list = notes.get('/', { response: z.array(Note) }, ({ db, user }) =>
  db.select().from(Note).where(eq(Note.userId, user.id)).orderBy(desc(Note.id)).limit(20),
)
export const change = notes.patch('/:id', { body: Note.$update, response: Note },
  ({ db, params, body }) => one(update(db, Note, body).where(eq(Note.id, params.id))),
)
const streams = router('/api/streams')
export const numbers = streams.get('/', { response: sse(z.object({ n: z.int() })) }, async function* () {
  for (let n = 0; ; n++) {
    yield { n }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})
`

const api = `import { app } from 'plinth'
import * as notes from './notes.ts'

// Load shedding has its own tests: here, a 503 would be unexplained.
export const api = app({ title: 'Notes', routes: { notes }, limits: { eventLoopDelay: 0 } })
`

/** Makes the folder of the service for a database. */
export const mixedProject = (databaseUrl: string): CliProject =>
  cliProject({
    '.env': `DATABASE_URL=${databaseUrl}\nBETTER_AUTH_SECRET=${secret}\n`,
    'src/notes.ts': routes,
    'src/api.ts': api,
  })
