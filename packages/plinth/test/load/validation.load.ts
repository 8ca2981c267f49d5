// The inputs that are dearest to check, beside JSON.parse and Ajv, and a small server that gets each many times.
import { execFile, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Load } from './main.ts'
import type { Cost } from './worst-input.ts'
import { worstRequest } from './worst-input-app.ts'
import { worstInputs } from './worst-inputs.ts'

/** A check may take as many milliseconds of CPU, and megabytes, more than `JSON.parse` of the same text. */
const most = { cpu: 100, memory: 50 }
const times = 1000

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

async function costOf(engine: string, at: number): Promise<Cost> {
  const args = ['--expose-gc', pathOf('worst-input.ts'), engine, String(at)]
  const env = { ...process.env, NODE_ENV: 'production', VITEST: '' }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return JSON.parse(stdout) as Cost
}

const inWords = ({ cpu, memory }: Cost): string => `${Math.round(cpu)} / ${Math.round(memory)}`

/** A server with 256 MB for JavaScript, which serves all of the worst inputs. */
export class SmallServer {
  /** Its address. */
  origin = ''
  /** Its largest memory, in bytes. */
  rss = 0
  /** Undefined while it runs. */
  ended: string | undefined
  readonly #process: ChildProcess

  constructor() {
    this.#process = fork(pathOf('worst-input-server.ts'), {
      env: { ...process.env, NODE_ENV: 'production', VITEST: '' },
      execArgv: ['--max-old-space-size=256'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#process.on('message', ({ port, rss }: { port: number; rss: number }) => {
      this.origin = `http://127.0.0.1:${port}`
      this.rss = Math.max(this.rss, rss)
    })
    this.#process.on('exit', (code, signal) => (this.ended = String(signal ?? code)))
  }

  async started(): Promise<void> {
    await once(this.#process, 'message')
  }

  async stop(): Promise<void> {
    if (this.ended !== undefined) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}

/** Sends an input a number of times, two at a time. Returns how often each status came. */
export async function sendTimes(
  server: SmallServer,
  at: number,
  count: number,
): Promise<Record<string, number>> {
  const input = worstInputs[at]!
  const text = input.text()
  const statuses: Record<string, number> = {}
  let left = count
  const client = async (): Promise<void> => {
    while (left-- > 0 && server.ended === undefined) {
      const response = await fetch(worstRequest(input, text, server.origin)).catch(() => undefined)
      await response?.arrayBuffer()
      const status = response?.status ?? 'none'
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all([client(), client()])
  return statuses
}

export const load: Load['load'] = async () => {
  const costs: object[] = []
  const problems: string[] = []
  for (const [at, { name, status }] of worstInputs.entries()) {
    const parse = await costOf('parse', at)
    const ajv = await costOf('ajv', at)
    const plinth = await costOf('plinth', at)
    costs.push({
      input: name,
      'JSON.parse': inWords(parse),
      'Ajv, options of Fastify': inWords(ajv),
      Plinth: inWords(plinth),
      status: plinth.status,
    })
    if (plinth.status !== status) problems.push(`${name}: ${plinth.status}`)
    const more = { cpu: plinth.cpu - parse.cpu, memory: plinth.memory - parse.memory }
    if (more.cpu > most.cpu)
      problems.push(`${name}: ${Math.round(more.cpu)} ms more than JSON.parse`)
    if (more.memory > most.memory)
      problems.push(`${name}: ${Math.round(more.memory)} MB more than JSON.parse`)
  }
  const server = new SmallServer()
  await server.started()
  const survived: object[] = []
  for (const [at, { name, status }] of worstInputs.entries()) {
    const statuses = await sendTimes(server, at, times)
    survived.push({ input: name, ...statuses, 'RSS (MB)': Math.round(server.rss / 1e6) })
    if (statuses[status] !== times)
      problems.push(`${name}, ${times} times: ${JSON.stringify(statuses)}`)
    if (server.ended !== undefined) {
      problems.push(`${name}: the server ended with ${server.ended}`)
      break
    }
  }
  await server.stop()
  return {
    tables: {
      'CPU ms / MB for one request in a new process, at most 1 MiB': costs,
      [`${times} requests each, to a server with --max-old-space-size=256`]: survived,
    },
    problems,
  }
}
