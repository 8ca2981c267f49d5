import { sql } from 'drizzle-orm'
import { testApp, testDatabase } from 'plinth/testing'
import { errorCodes, type Problem } from 'plinth'
import { everythingApp, Everything } from './app.ts'

/** The content of a request besides its method and path. */
export interface Carried {
  /** Sent as JSON, with its content type. */
  readonly json?: unknown
  /** Sent unchanged; set the content type in the headers. */
  readonly raw?: RequestInit['body']
  readonly headers?: Readonly<Record<string, string>>
}

/** A checked response: it is not a 5xx, and every 4xx is a problem document. */
export interface CheckedResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed JSON of the text, if it is JSON. */
  readonly body: unknown
  /** The field names in a problem, such as `body.title`. */
  readonly blames: readonly string[]
}

/** Calls the app of every type, on its own database. */
export interface Caller extends AsyncDisposable {
  send(method: string, path: string, carried?: Carried): Promise<CheckedResponse>
  fetch(request: Request): Promise<Response>
  /** Reads a row as JSON from Postgres. */
  stored(id: string): Promise<Record<string, unknown>>
  /** Reads the bytes of a text column in hexadecimal. */
  bytesOf(id: string, column: string): Promise<string>
  /** Reads all rows, to detect changes. */
  snapshot(): Promise<string>
  /** Tests a condition for a row. */
  holds(id: string, condition: ReturnType<typeof sql>): Promise<boolean>
}

/** The origin of the paths. */
export const origin = 'http://test.local'

function problemFaults(status: number, headers: Headers, text: string): string | undefined {
  const type = headers.get('content-type')
  if (type !== 'application/problem+json; charset=utf-8') return `content type ${type}`
  const problem = JSON.parse(text) as Problem
  if (problem.status !== status) return `status ${problem.status} in the body`
  if (!(problem.code in errorCodes)) return `unknown code ${problem.code}`
  if (problem.requestId !== headers.get('x-request-id')) return 'another request id'
  if (text.length > 65_536) return `a problem of ${text.length} characters`
  return undefined
}

const blamed = (body: unknown): string[] =>
  ((body as Problem | undefined)?.errors ?? []).map((issue) => [issue.in, ...issue.path].join('.'))

function requestOf(method: string, path: string, carried: Carried): Request {
  const { json, raw, headers = {} } = carried
  return new Request(new URL(path, origin), {
    method,
    headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(json !== undefined ? { body: JSON.stringify(json) } : raw !== undefined && { body: raw }),
    ...(raw instanceof ReadableStream && { duplex: 'half' }),
  })
}

/** Reads and checks a response. */
export async function readResponse(response: Response, what: string): Promise<CheckedResponse> {
  const { status, headers } = response
  const text = await response.text()
  if (status >= 500) throw new Error(`${what} responded with ${status}: ${text}`)
  const head = text === ''
  const fault = status >= 400 && !head ? problemFaults(status, headers, text) : undefined
  if (fault !== undefined) throw new Error(`${what} responded with ${status} and ${fault}`)
  const isJson = !head && (headers.get('content-type') ?? '').includes('json')
  const body: unknown = isJson && !text.includes('\n') ? JSON.parse(text) : undefined
  return { status, headers, text, body, blames: status >= 400 ? blamed(body) : [] }
}

/** Starts the app of every type on the database of the test's project. */
export async function everythingCaller(): Promise<Caller> {
  const db = await testDatabase({ models: { Everything } })
  const errors: string[] = []
  const api = testApp(everythingApp(db, errors))
  const jsonOf = async (id: string): Promise<string> => {
    const query = sql`select to_jsonb(e)::text as row from everything e where id = ${id}`
    return (await db.execute(query)).rows[0]?.['row'] as string
  }
  return {
    fetch: (request) => api.fetch(request),
    async send(method, path, carried = {}) {
      const before = errors.length
      const response = await api.fetch(requestOf(method, path, carried))
      const what = `${method} ${path.slice(0, 120)} ${JSON.stringify(carried)?.slice(0, 300)}`
      return readResponse(response, `${what} (${errors.slice(before).join('').slice(0, 2000)})`)
    },
    stored: async (id) => JSON.parse(await jsonOf(id)) as Record<string, unknown>,
    async bytesOf(id, column) {
      const value = sql`encode(convert_to(${sql.identifier(column)}, 'UTF8'), 'hex')`
      const query = sql`select ${value} as hex from everything where id = ${id}`
      return (await db.execute(query)).rows[0]?.['hex'] as string
    },
    async snapshot() {
      const query = sql`select count(*) || ':' || coalesce(md5(string_agg(e::text, '|' order by id)), '') as hash from everything e`
      return (await db.execute(query)).rows[0]?.['hash'] as string
    },
    async holds(id, condition) {
      const query = sql`select count(*)::int as n from everything where id = ${id} and (${condition})`
      return (await db.execute(query)).rows[0]?.['n'] === 1
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]()
      await db.close()
    },
  }
}
