// A service in its own process that reports its loaded modules, for `loaded-modules.once.test.ts`.
import { registerHooks } from 'node:module'
import { mock } from 'node:test'

// Prevents the idle timer that loads the remaining modules, however slow the machine is.
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

/** The report of the process. */
export interface Told {
  readonly url: string
  /** The URLs of the loaded files. */
  readonly files: readonly string[]
  /** The built-in modules of Node, including internal ones. */
  readonly builtins: readonly string[]
}

const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] }
const tell = (): void =>
  void process.send!({ url, files: [...loaded], builtins: [...moduleLoadList] } satisfies Told)
process.on('message', tell)
tell()
