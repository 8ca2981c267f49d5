// Runs the code of documentation pages, and sends the requests that they show. Started by
// coming-from-fastapi.once.test.ts and guides.once.test.ts, in a process of its own.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { internals } from '../../src/http/internals.ts'
import type { Drive, Driver, Drivers } from './drivers/driver.types.ts'
import type { Exchange } from './read-passages.ts'

/** The code of a passage as files, and the requests to send to the `api` that the last one exports. */
export interface Task {
  readonly id: string
  readonly files: readonly string[]
  readonly exchanges: readonly Pick<Exchange, 'method' | 'path' | 'headers' | 'body'>[]
  /** The commands of the passage, for its driver in the folder `drivers`. */
  readonly commands?: readonly string[]
}

/** The output and the responses of a passage. */
export interface Outcome {
  readonly id: string
  readonly printed: readonly string[]
  readonly responses: readonly {
    readonly status: number
    readonly headers: readonly (readonly [string, string])[]
    readonly body: string
  }[]
  /** The outputs that the driver of the passage has seen. */
  readonly shown?: readonly string[]
  readonly error?: string
}

/** The part of an app that responds. */
interface Answering {
  fetch(request: Request): Response | Promise<Response>
  readonly [internals]?: { afterTasks(): Promise<void> }
}

const folder = process.argv[2] ?? ''
const tasks = JSON.parse(readFileSync(join(folder, 'tasks.json'), 'utf8')) as Task[]
let printed: string[] = []
/** The output of the running command. The command's modules keep `write` as it is when they are loaded. */
let written = ''
process.stdout.write = process.stderr.write = (chunk: string | Uint8Array): boolean => {
  written += chunk.toString()
  return true
}
console.log = (...values: unknown[]) => {
  const texts = values.map((value) =>
    typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, depth: 10 }),
  )
  printed.push(texts.join(' '))
}

const outcomes: Outcome[] = []
for (const task of tasks) outcomes.push(await run(task))
writeFileSync(join(folder, 'outcomes.json'), JSON.stringify(outcomes))
process.exit(0) // databases of passages are still open

async function run({ id, files, exchanges, commands = [] }: Task): Promise<Outcome> {
  printed = []
  const responses: Outcome['responses'][number][] = []
  try {
    let api: Answering | undefined
    for (const file of files) {
      const module = (await import(pathToFileURL(join(folder, file)).href)) as { api?: Answering }
      api = module.api ?? api
    }
    for (const exchange of exchanges) {
      if (!api) throw new Error('the passage shows a request, and exports no api')
      responses.push(await send(api, exchange))
    }
    const driver = await driverOf(id)
    if (driver === undefined) return { id, printed, responses }
    const shown = await driver(driveOf(id.slice(0, id.indexOf('#')), commands))
    return { id, printed, responses, shown }
  } catch (error) {
    return { id, printed, responses, error: inspect(error) }
  }
}

async function send(api: Answering, { method, path, headers, body }: Task['exchanges'][number]) {
  const sent = new Headers(headers.map(([name, value]): [string, string] => [name, value]))
  if (body !== undefined && !sent.has('content-type')) sent.set('content-type', 'application/json')
  const response = await api.fetch(
    new Request(`http://localhost${path}`, { method, headers: sent, ...(body && { body }) }),
  )
  const text = await response.text()
  // the next request of the page comes later than the work of `after()`
  await api[internals]?.afterTasks()
  return { status: response.status, headers: [...response.headers], body: text }
}

async function driverOf(id: string): Promise<Driver | undefined> {
  const [page = '', anchor] = id.split('#')
  const file = join(import.meta.dirname, 'drivers', `${page}.ts`)
  if (!existsSync(file)) return undefined
  const { drivers } = (await import(pathToFileURL(file).href)) as { drivers: Drivers }
  return drivers[anchor || 'start']
}

/** @param page - the folder of its files, below {@link folder} */
function driveOf(page: string, commands: readonly string[]): Drive {
  const path = (name: string): string => join(folder, page, name)
  return {
    commands,
    // the driver knows what the files of its page export
    load: async <T>(name: string) => (await import(pathToFileURL(path(name)).href)) as T,
    read: (name) => readFileSync(path(name), 'utf8'),
    write: (name, text) => {
      mkdirSync(dirname(path(name)), { recursive: true })
      writeFileSync(path(name), text)
    },
    remove: (name) => rmSync(path(name), { recursive: true, force: true }),
    plinth: async (command) => {
      const { program } = await import('../../src/cli/program.ts')
      const args = command
        .replace(/^npx plinth /, '')
        .replaceAll('"', '')
        .split(' ')
      written = ''
      process.chdir(path('.'))
      await (await program(args[0])).parseAsync(args, { from: 'user' })
      process.chdir(folder)
      return written
    },
  }
}
