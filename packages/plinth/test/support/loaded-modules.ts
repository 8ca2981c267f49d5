// A service in a process of its own, which tells what it has loaded so far: `loaded-modules.once.test.ts`.
import { registerHooks } from 'node:module'
import { mock } from 'node:test'

// However slow the machine is, it never comes to the quiet moment in which the rest is loaded.
mock.timers.enable({ apis: ['setTimeout'] })

const loaded = new Set<string>()
registerHooks({
  load: (url, context, next) => {
    loaded.add(url)
    return next(url, context)
  },
})

const { app, betterAuth, createLogger, database, model, id, owner, router, serve } =
  await import('plinth')
const { eq } = await import('drizzle-orm')
const z = await import('zod')

const Note = model('notes', { id: id(), text: z.string(), userId: owner() })
const db = database(process.env['DATABASE_URL'] ?? '')
const user = betterAuth({ secret: process.env['BETTER_AUTH_SECRET'] ?? '' })
const notes = router('/notes', { dependencies: { db, user } })
const routes = {
  list: notes.get('/', { response: z.array(Note) }, ({ db, user }) =>
    db.select().from(Note).where(eq(Note.userId, user.id)),
  ),
  whole: notes.get('/whole', { response: z.string() }, ({ request }) => request.url),
  other: notes.get('/other', {}, () => new Response('other')),
}
const api = app({ title: 'Notes', routes: { notes: routes }, log: createLogger({ level: 'warn' }) })
const { url } = await serve(api, { port: 0, hostname: '127.0.0.1' })

/** What the process says of itself. */
export interface Told {
  readonly url: string
  /** Addresses of the files. */
  readonly files: readonly string[]
  /** Node's own modules, the hidden ones too. */
  readonly builtins: readonly string[]
}

const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] }
const tell = (): void =>
  void process.send!({ url, files: [...loaded], builtins: [...moduleLoadList] } satisfies Told)
process.on('message', tell)
tell()
