// Runs the code of documentation pages, and sends the requests that they show. Started by
// coming-from-fastapi.once.test.ts, in a process of its own.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { internals } from '../../src/http/internals.ts'
import type { Exchange } from './read-passages.ts'

/** The code of a passage as files, and the requests to send to the `api` that the last one exports. */
export interface Task {
  readonly id: string
  readonly files: readonly string[]
  readonly exchanges: readonly Pick<Exchange, 'method' | 'path' | 'headers' | 'body'>[]
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

async function run({ id, files, exchanges }: Task): Promise<Outcome> {
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
    return { id, printed, responses }
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
