// Checks one input with one engine in this new process, and prints what it took: worst-input.ts <engine> <number>
import querystring from 'node:querystring'
import * as z from 'zod'
import { worstInputApp, worstRequest } from './worst-input-app.ts'
import { worstInputs, type WorstInput } from './worst-inputs.ts'

/** The cost of a request. */
export interface Cost {
  /** Milliseconds of CPU. */
  readonly cpu: number
  /** Megabytes by which the largest memory of the process grew. */
  readonly memory: number
  readonly status: number
}

type Engine = (input: WorstInput) => Promise<(request: Request) => Promise<number>>

/** Reads and parses the body, and nothing more. */
const parse: Engine = async ({ as }) => {
  if (as !== undefined)
    return async (request) => {
      kept = querystring.parse(await textOf(request), '&', '=', { maxKeys: 0 })
      return 200
    }
  return async (request) => {
    kept = JSON.parse(await request.text())
    return 200
  }
}
let kept: unknown
const textOf = async (request: Request): Promise<string> =>
  request.method === 'GET' ? new URL(request.url).search.slice(1) : await request.text()

/** Ajv with the options of Fastify. */
const ajv: Engine = async ({ schema, as }) => {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const { default: addFormats } = await import('ajv-formats')
  const options = { coerceTypes: 'array', useDefaults: true, removeAdditional: true } as const
  const compiler = new Ajv2020({ ...options, allErrors: false, strict: false })
  addFormats.default(compiler)
  const document = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const isValid = compiler.compile(document)
  return async (request) => {
    const text = await textOf(request)
    kept =
      as === undefined ? JSON.parse(text) : { ...querystring.parse(text, '&', '=', { maxKeys: 0 }) }
    return isValid(kept) ? 200 : 400
  }
}
const plinth: Engine = async () => {
  const api = worstInputApp()
  // The parts that every request needs are compiled before the measurement, as they are in a server.
  await api.fetch(new Request('http://localhost/none'))
  return async (request) => (await api.fetch(request)).status
}

const engines: Readonly<Record<string, Engine>> = { parse, ajv, plinth }

const [name = '', number = ''] = process.argv.slice(2)
const input = worstInputs[Number(number)]!
const run = await engines[name]!(input)
const request = worstRequest(input, input.text(), 'http://localhost')
globalThis.gc?.()
const memory = process.resourceUsage().maxRSS
const before = process.cpuUsage()
const status = await run(request)
const { user, system } = process.cpuUsage(before)
const grown = process.resourceUsage().maxRSS - memory
const cost: Cost = { cpu: (user + system) / 1000, memory: grown / 1024, status }
console.log(JSON.stringify(cost))
process.exit()
