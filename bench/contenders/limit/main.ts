// A hand-written server without a framework, optimized for this benchmark alone: node:http, the
// driver, and SQL whose JSON Postgres writes and the server passes through. It has prepared statements,
// pipelining, a cache of verified tokens, and hand-written validation.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { settings } from '../settings.ts'
import { type Change, checkNew, checkUpdate, isUuid } from './checks.ts'
import { openDatabase } from './database.ts'
import { statements, updateOf } from './statements.ts'
import { tokenReader } from './tokens.ts'

const ask = await openDatabase(settings.databaseUrl)
const userOf = tokenReader(settings.secret)
const base = '/api/tasks'

/** @param json - the bytes of the body, one character per byte */
function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, [
    'content-type',
    'application/json',
    'content-length',
    String(json.length),
  ])
  response.end(json, 'latin1')
}

const refuse = (response: ServerResponse, status: number, message: string): void =>
  send(response, status, `{"message":"${message}"}`)

function authorizationOf({ rawHeaders }: IncomingMessage): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 13 && name.toLowerCase() === 'authorization') return rawHeaders[at + 1]
  }
  return undefined
}

/** Responds with a statement's text: the JSON of a list, or of a row. Without a row, 404. */
function respond(response: ServerResponse, status: number, text: Promise<string | null>): void {
  text.then(
    (json) =>
      json === null ? refuse(response, 404, 'There is no such task') : send(response, status, json),
    (error: Error) => {
      console.error(error.message)
      refuse(response, 500, 'Something went wrong')
    },
  )
}

function withBody(request: IncomingMessage, use: (body: unknown) => void): void {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    text += chunk
    if (text.length > 1_048_576) request.destroy()
  })
  request.on('end', () => {
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch {
      body = undefined
    }
    use(body)
  })
}

const wrong = (response: ServerResponse, problems: readonly string[]): void =>
  send(response, 422, JSON.stringify({ message: 'Wrong input', problems }))

function update(response: ServerResponse, id: string, user: string) {
  return (body: unknown): void => {
    const change: Change = {}
    const problems = checkUpdate(body, change)
    if (problems.length > 0) return wrong(response, problems)
    const { statement, values } = updateOf(change)
    respond(response, 200, ask(statement, [id, user, ...values]))
  }
}

function create(response: ServerResponse, user: string) {
  return (body: unknown): void => {
    const { task, problems } = checkNew(body)
    if (task === undefined) return wrong(response, problems)
    const { title, description, completed, priority, dueAt, projectId } = task
    const values = [title, description, String(completed), priority, dueAt, projectId, user]
    respond(response, 201, ask(statements.create, values))
  }
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? ''
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  if (!path.startsWith(base)) return refuse(response, 404, 'There is nothing here')
  const user = userOf(authorizationOf(request))
  if (user === undefined) {
    request.resume()
    return refuse(response, 401, 'Not signed in')
  }
  if (path.length === base.length) {
    if (request.method === 'GET') return respond(response, 200, ask(statements.list, [user]))
    if (request.method === 'POST') return withBody(request, create(response, user))
    return refuse(response, 405, 'This method is not for this path')
  }
  const id = path.slice(base.length + 1)
  if (!isUuid(id)) return wrong(response, ['id'])
  if (request.method === 'GET') return respond(response, 200, ask(statements.read, [id, user]))
  if (request.method === 'PATCH') return withBody(request, update(response, id, user))
  return refuse(response, 405, 'This method is not for this path')
}

createServer(handle).listen(settings.port, settings.host)
