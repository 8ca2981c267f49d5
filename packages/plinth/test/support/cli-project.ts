// A service in its own folder with linked packages, and the command `plinth` to run in it.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { builtPlinth } from './built-plinth.ts'
import { childEnvironment } from './child-environment.ts'
import { flagsFor } from './short-lived.ts'

/** The packages of a service, and the entry point of the command. */
export const { modules, main } = await builtPlinth()

type Environment = Readonly<Record<string, string | undefined>>

/** A run of the command, and its output. */
export interface Run extends AsyncDisposable {
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  /** Both outputs, in the order of arrival. */
  readonly said: string
  /** Resolves with its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
  /**
   * Waits for a match in the output, after `from` characters.
   * @throws the output, if it exited before
   */
  until(pattern: RegExp, from?: number): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
}

/** Options of a run. */
export interface RunOptions {
  readonly env?: Environment
  readonly cwd?: string
  /** The path of Node. Default: this one. */
  readonly node?: string
  /** The script to run instead of {@link main}. */
  readonly script?: string
}

/** The folder of a service. */
export interface CliProject extends Disposable {
  readonly folder: string
  write(name: string, text: string): void
  read(name: string): string
  /** Starts the command. */
  run(args: readonly string[], options?: RunOptions): Run
  /** Runs the command to its end. */
  plinth(args: readonly string[], options?: RunOptions): Promise<Ended>
  /** All files with a hash of their content, to compare before and after. */
  files(): Record<string, string>
}

/** A command that has ended. */
export interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** A strong secret. */
export const secret = 'kQ7vZ2mX9pL4wT8rB6nJ1cF5hD3sG0yA'

/** A service with one model: users who sign in with Better Auth have notes. */
export const serviceFiles: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'notes', type: 'module', private: true }),
  'src/env.ts': `import { betterAuthSecret, secret, settings } from 'plinth'
import * as z from 'zod'

export const env = settings({
  DATABASE_URL: secret(z.string().default('pglite:./.plinth/dev')),
  BETTER_AUTH_SECRET: betterAuthSecret(),
  BETTER_AUTH_URL: z.url().default('http://localhost:3000'),
  CORS_ORIGINS: z.array(z.url()).default(['http://localhost:3000']),
  PORT: z.int().min(0).max(65_535).default(8000),
})
`,
  'src/models.ts': `import { id, model, owner } from 'plinth'
import * as z from 'zod'

export const Note = model('notes', { id: id(), text: z.string().max(100), userId: owner() })
`,
  'src/database.ts': `import { database } from 'plinth'
import { env } from './env.ts'

export const db = database(env.DATABASE_URL)
`,
  'src/notes.ts': `import { eq } from 'drizzle-orm'
import { betterAuth, one, router, transaction, dependency } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { env } from './env.ts'
import { Note } from './models.ts'

const user = betterAuth({ secret: env.BETTER_AUTH_SECRET, url: env.BETTER_AUTH_URL })
const session = dependency({ db }, ({ db }) => transaction(db))
const notes = router('/api/notes', { dependencies: { user, db: session } })

export const list = notes.get('/', { response: z.array(Note) }, ({ db, user }) =>
  db.select().from(Note).where(eq(Note.userId, user.id)),
)
export const create = notes.post(
  '/',
  { body: Note.$create, response: Note, status: 201 },
  ({ db, user, body }) => one(db.insert(Note).values({ ...body, userId: user.id }).returning()),
)
`,
  'src/api.ts': `import { app } from 'plinth'
import { env } from './env.ts'
import * as notes from './notes.ts'

export const api = app({
  title: 'Notes',
  version: '1.2.3',
  routes: { notes },
  cors: { origins: env.CORS_ORIGINS },
})
`,
  'migrations/20260101000000_initial/migration.sql': `create table "notes" (
  "id" uuid primary key default gen_random_uuid(),
  "text" varchar(100) not null,
  "user_id" text not null
);
`,
}

/** The milliseconds after which waiting for output fails, with the output so far. */
const patience = 240_000

const linked = ['plinth', 'drizzle-orm', 'zod']

/**
 * Makes a folder of {@link serviceFiles}.
 *
 * These files replace or extend them; `undefined` omits one.
 */
export function cliProject(files: Readonly<Record<string, string | undefined>> = {}): CliProject {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-cli-'))
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  for (const [name, text] of Object.entries({ ...serviceFiles, ...files }))
    if (text !== undefined) write(name, text)
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  for (const name of linked.filter((name) => !existsSync(join(folder, 'node_modules', name))))
    symlinkSync(join(modules, name), join(folder, 'node_modules', name))
  const run = (args: readonly string[], options: RunOptions = {}): Run =>
    start(args, { cwd: folder, ...options })
  return {
    folder,
    write,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    run,
    plinth: async (args, options) => {
      await using running = run(args, options)
      const code = await running.ended
      return { code, stdout: running.stdout, stderr: running.stderr }
    },
    files: () =>
      Object.fromEntries(
        readdirSync(folder, { withFileTypes: true })
          .filter(({ name }) => name !== 'node_modules')
          .flatMap((entry) =>
            entry.isFile() ? [join(folder, entry.name)] : filesIn(join(folder, entry.name)),
          )
          .toSorted()
          .map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
      ),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

function start(args: readonly string[], options: RunOptions): Run {
  const { env = {}, cwd, node, script = main } = options
  const flags = node === undefined ? flagsFor(env['DATABASE_URL']) : []
  const child = spawn(node ?? process.execPath, [...flags, script, ...args], {
    cwd,
    // not the environment of this process: NODE_ENV and VITEST would make it a test
    env: { ...childEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const texts = { stdout: '', stderr: '', said: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part
      texts.said += part
      for (const look of waiting) look()
    })
  const ended = Promise.withResolvers<number | string>()
  let isOver = false
  child.once('close', (code, signal) => {
    process.off('exit', kill)
    isOver = true
    ended.resolve(code ?? signal ?? 'nothing')
    for (const look of waiting) look()
  })
  return {
    get pid() {
      return child.pid ?? 0
    },
    get stdout() {
      return texts.stdout
    },
    get stderr() {
      return texts.stderr
    },
    get said() {
      return texts.said
    },
    ended: ended.promise,
    until: (pattern, from = 0) =>
      new Promise((resolve, reject) => {
        const look = (isLate = false): void => {
          const found = pattern.exec(texts.said.slice(from))
          if (found === null && !isOver && !isLate) return
          waiting.delete(look)
          clearTimeout(timer)
          if (found === null) reject(new Error(`it never said ${pattern}:\n${texts.said}`))
          else resolve(found)
        }
        const timer = setTimeout(() => look(true), patience)
        waiting.add(look)
        look()
      }),
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended.promise
    },
  }
}
