import * as z from 'zod'
import { describe, expect, it } from 'vitest'
import { app } from '../app/app.ts'
import { requireScope } from '../auth/guards/require-scope.ts'
import { dependency } from '../dependencies/dependency.ts'
import { notFound } from '../errors/http-error.ts'
import { html } from '../http/content/content.ts'
import { sse } from '../http/stream.ts'
import { router } from '../routing/router.ts'
import { mcp } from './mcp.ts'
import { tool } from './tool.ts'
import { connect, currentUser, endpoint, send } from './mcp.fixture.ts'

const Note = z.object({ id: z.int(), text: z.string() }).meta({ id: 'Note' })
const notes = router('/api/notes', { dependencies: { user: currentUser } })
const rows = [
  { id: 1, owner: 'ann', text: 'buy milk' },
  { id: 2, owner: 'bob', text: 'sell milk' },
]
const list = notes.get(
  '/',
  {
    query: z.object({
      limit: z.int().min(1).max(50).default(20),
      tag: z.array(z.string()).optional(),
    }),
    response: z.array(Note),
    tool: { description: 'Lists the notes of the caller.' },
  },
  ({ user, query }) => rows.filter(({ owner }) => owner === user.id).slice(0, query.limit),
)
const read = notes.get(
  '/:id',
  {
    params: z.object({ id: z.int() }),
    response: Note,
    errors: [404],
    tool: { name: 'read_note', title: 'Read a note', description: 'Reads one note by its id.' },
  },
  ({ user, params }) => {
    const found = rows.find(({ id, owner }) => id === params.id && owner === user.id)
    if (found === undefined) throw notFound('There is no note with this id')
    return found
  },
)
const create = notes.post(
  '/',
  {
    body: z.object({ text: z.string().min(1).max(20).meta({ description: 'One line' }) }),
    response: Note,
    status: 201,
    dependencies: { user: requireScope(currentUser, 'notes:write') },
    tool: { description: 'Creates a note.', annotations: { idempotentHint: true } },
  },
  ({ body }) => ({ id: 3, ...body }),
)
const remove = notes.delete(
  '/:id',
  { params: z.object({ id: z.int() }), status: 204, tool: { description: 'Removes a note.' } },
  () => {},
)
const secret = notes.get('/all', { response: z.array(Note) }, () => rows)
const echo = tool(
  'count_words',
  {
    description: 'Counts words.',
    input: z.object({ text: z.string().max(100) }),
    output: z.object({ words: z.int(), by: z.string() }),
    dependencies: { user: currentUser },
  },
  ({ input, user }) => ({ words: input.text.split(' ').length, by: user.id }),
)
const own = {
  user: currentUser,
  resource: endpoint,
  authorizationServers: ['http://localhost:3000/api/auth'],
  scopes: ['notes:read'],
  tools: { words: { echo } },
}
const routes = { notes: { list, read, create, remove, secret } }
const api = app({ title: 'Notes', version: '2', routes, mcp: mcp(own) })
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call' }

describe.each(['auto', 'legacy'] as const)('a client of the protocol (%s)', (mode) => {
  it('lists the marked routes with closed schemas and annotations, and no other', async () => {
    const client = await connect(api, { mode })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'notes_list',
      'read_note',
      'notes_create',
      'notes_remove',
      'count_words',
    ])
    expect(client.getServerVersion()).toMatchObject({ name: 'Notes', version: '2' })
    expect(tools[0]).toMatchObject({
      title: 'List notes',
      inputSchema: {
        type: 'object',
        properties: { limit: { type: 'integer', maximum: 50, default: 20 } },
        additionalProperties: false,
      },
      outputSchema: {
        properties: {
          result: {
            type: 'array',
            items: { type: 'object', properties: { id: { type: 'integer' } } },
          },
        },
      },
      annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
    })
    expect(tools[1]).toMatchObject({ title: 'Read a note', inputSchema: { required: ['id'] } })
    expect(tools[2]).toMatchObject({
      inputSchema: { properties: { text: { description: 'One line' } }, required: ['text'] },
      annotations: { readOnlyHint: false, idempotentHint: true },
    })
    expect(tools[3]?.annotations).toMatchObject({ destructiveHint: true, idempotentHint: true })
    expect(JSON.stringify(tools)).not.toContain('$ref')
  })

  it('gets structured results, of a list as { result }, with the rows of the caller alone', async () => {
    const client = await connect(api, { mode })
    const listed = await client.callTool({ name: 'notes_list', arguments: { limit: 5 } })
    expect(listed.structuredContent).toEqual({ result: [{ id: 1, text: 'buy milk' }] })
    const one = await client.callTool({ name: 'read_note', arguments: { id: 1 } })
    expect(one.structuredContent).toEqual({ id: 1, text: 'buy milk' })
    expect(one.content).toEqual([{ type: 'text', text: '{"id":1,"text":"buy milk"}' }])
    const removed = await client.callTool({ name: 'notes_remove', arguments: { id: 1 } })
    expect(removed).toMatchObject({ content: [{ text: 'Done' }] })
    const words = await client.callTool({ name: 'count_words', arguments: { text: 'a b c' } })
    expect(words.structuredContent).toEqual({ words: 3, by: 'ann' })
  })

  it('gets the error of the route as it is', async () => {
    const client = await connect(api, { mode })
    const direct = await api.fetch(
      new Request('http://localhost:8000/api/notes/2', {
        headers: { authorization: 'Bearer ann', 'x-request-id': 'same' },
      }),
    )
    const foreign = await client.callTool({ name: 'read_note', arguments: { id: 2 } })
    expect(foreign.isError).toBe(true)
    expect(problemIn(foreign)).toEqual({
      ...((await direct.json()) as object),
      requestId: expect.any(String),
    })
    const wrong = await client.callTool({ name: 'notes_list', arguments: { limit: 51 } })
    expect(problemIn(wrong)).toMatchObject({
      status: 422,
      errors: [{ in: 'query', path: ['limit'] }],
    })
  })

  it('is told about arguments that a tool does not have, and values that cannot be in a path', async () => {
    const client = await connect(api, { mode })
    const wrong = async (name: string, given: Record<string, unknown>) =>
      problemIn(await client.callTool({ name, arguments: given }))
    expect(await wrong('notes_list', { limits: 5 })).toMatchObject({
      status: 422,
      errors: [{ path: ['limits'], message: 'Unknown argument. Expected one of: limit, tag' }],
    })
    expect(await wrong('read_note', {})).toMatchObject({
      errors: [{ in: 'path', path: ['id'], message: 'This argument is required' }],
    })
    for (const id of ['..', '.', ''])
      expect(await wrong('read_note', { id })).toMatchObject({ status: 422 })
    expect(await wrong('read_note', { id: '1/../all' })).toMatchObject({ status: 422 })
  })

  it('cannot call a route that is not marked', async () => {
    const client = await connect(api, { mode })
    for (const name of ['notes.secret', 'notes_secret', 'secret', '__proto__'])
      await expect(client.callTool({ name, arguments: {} })).rejects.toThrow('Unknown tool')
  })
})

const problemIn = (result: object): unknown =>
  JSON.parse((result as { content: [{ text: string }] }).content[0].text)

describe('the endpoint refuses', () => {
  it('a caller without a valid token, and says where to sign in', async () => {
    const none = await send(api, call, {})
    expect(none.status).toBe(401)
    expect(none.headers.get('www-authenticate')).toBe(
      'Bearer scope="notes:read", resource_metadata="http://localhost:8000/.well-known/oauth-protected-resource/mcp"',
    )
    const forged = await send(api, 'not JSON', { authorization: 'Bearer forged' })
    expect(forged.status).toBe(401)
    expect(forged.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token", scope=/)
    expect(await forged.json()).toMatchObject({ code: 'PLINTH_INVALID_TOKEN' })
  })

  it.each(['auto', 'legacy'] as const)(
    'the whole request of a call whose scope is missing, so that the client asks for it (%s)',
    async (mode) => {
      const client = await connect(api, { mode })
      const refused: unknown = await client
        .callTool({ name: 'notes_create', arguments: { text: 'x' } })
        .catch((error: unknown) => error)
      expect(String(refused)).toMatch(/403|scope/)
      const writer = await connect(api, { token: 'ann notes:write', mode })
      const created = await writer.callTool({ name: 'notes_create', arguments: { text: 'x' } })
      expect(created.structuredContent).toEqual({ id: 3, text: 'x' })
    },
  )

  it('with a challenge that names the missing scope', async () => {
    const params = { name: 'notes_create', arguments: { text: 'x' } }
    const response = await send(api, { ...call, params })
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="notes:write", resource_metadata="http://localhost:8000/.well-known/oauth-protected-resource/mcp"',
    )
    expect(await response.json()).toMatchObject({ code: 'PLINTH_INSUFFICIENT_SCOPE' })
  })

  it('pages of other origins, large bodies, long batches, subscriptions and other methods', async () => {
    const ann = { authorization: 'Bearer ann' }
    const evil = await send(api, call, { ...ann, origin: 'http://evil.example' })
    expect([evil.status, await evil.json()]).toMatchObject([403, { code: 'PLINTH_ORIGIN_REFUSED' }])
    expect((await send(api, call, { ...ann, origin: 'http://localhost:8000' })).status).not.toBe(
      403,
    )
    expect((await send(api, 'x'.repeat(1_048_577))).status).toBe(413)
    expect((await send(api, '{')).status).toBe(400)
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
    expect(
      (
        await send(
          api,
          Array.from({ length: 20 }, () => ping),
        )
      ).status,
    ).toBe(200)
    expect(
      (
        await send(
          api,
          Array.from({ length: 21 }, () => ping),
        )
      ).status,
    ).toBe(400)
    expect((await send(api, { ...ping, method: 'subscriptions/listen' })).status).toBe(404)
    for (const method of ['GET', 'DELETE'])
      expect((await api.fetch(new Request(endpoint, { method }))).status).toBe(405)
  })

  it('a result that is longer than a model can read', async () => {
    const short = app({ title: 'Notes', routes, mcp: mcp({ ...own, maxResult: 10 }) })
    const client = await connect(short)
    const result = await client.callTool({ name: 'read_note', arguments: { id: 1 } })
    expect(problemIn(result)).toMatchObject({ status: 413 })
  })

  it('requests for the route behind a tool of tool()', async () => {
    const url = 'http://localhost:8000/mcp/tools/count_words'
    const headers = { authorization: 'Bearer ann', 'content-type': 'application/json' }
    const body = '{"text":"a"}'
    const direct = await api.fetch(new Request(url, { method: 'POST', headers, body }))
    expect([direct.status, await direct.json()]).toMatchObject([
      404,
      { code: 'PLINTH_ROUTE_NOT_FOUND' },
    ])
  })
})

describe('metadata of the resource', () => {
  const at = async (of: typeof api, path: string) => {
    const response = await of.fetch(new Request(`http://localhost:8000${path}`))
    return [response.status, response.ok ? await response.json() : undefined] as const
  }

  it('names the authorization server and the scopes of the tools', async () => {
    const expected = {
      resource: endpoint,
      resource_name: 'Notes',
      authorization_servers: ['http://localhost:3000/api/auth'],
      bearer_methods_supported: ['header'],
      scopes_supported: ['notes:read', 'notes:write'],
    }
    for (const path of ['', '/mcp'])
      expect(await at(api, `/.well-known/oauth-protected-resource${path}`)).toEqual([200, expected])
  })

  it('is at the root of the origin for an app with a base path', async () => {
    const resource = 'http://localhost:8000/v1/mcp'
    const below = app({ title: 'N', routes, basePath: '/v1', mcp: mcp({ ...own, resource }) })
    expect((await at(below, '/.well-known/oauth-protected-resource/v1/mcp'))[0]).toBe(200)
    expect((await at(below, '/.well-known/other'))[0]).toBe(404)
    const message = { ...call, params: { name: 'read_note', arguments: { id: 1 } } }
    const response = await below.fetch(
      new Request(resource, {
        method: 'POST',
        headers: {
          authorization: 'Bearer ann',
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify(message),
      }),
    )
    expect(await response.text()).toContain('buy milk')
  })

  it('does not exist without an authorization server', async () => {
    const plain = app({ title: 'N', routes, mcp: mcp({ user: currentUser }) })
    expect((await at(plain, '/.well-known/oauth-protected-resource'))[0]).toBe(404)
    expect((await send(plain, call, {})).headers.get('www-authenticate')).toBe('Bearer')
  })
})

it('calls go through the middleware of the app, with the id of the outer request', async () => {
  const seen: string[] = []
  const watched = app({
    title: 'N',
    routes,
    mcp: mcp(own),
    around: [
      async (request, next) => {
        const { pathname } = new URL(request.url)
        const response = await next()
        seen.push(`${request.method} ${pathname} ${response.headers.get('x-request-id')}`)
        return response
      },
    ],
  })
  const params = { name: 'read_note', arguments: { id: 1 } }
  const headers = { authorization: 'Bearer ann', 'x-request-id': 'one' }
  await (await send(watched, { ...call, params }, headers)).text()
  expect(seen).toEqual(['GET /api/notes/1 one', 'POST /mcp one'])
})

it('a caller that holds a connection does not keep the calls from theirs', async () => {
  let open = 0
  const alone = dependency(
    { user: currentUser },
    async function* ({ user }) {
      expect(++open).toBe(1)
      yield user
      open--
    },
    { errors: [401] },
  )
  const mine = router('/mine', { dependencies: { user: alone } })
  const who = mine.get(
    '/',
    { response: z.object({ id: z.string() }), tool: { description: 'Who am I?' } },
    ({ user }) => ({ id: user.id }),
  )
  const client = await connect(
    app({ title: 'N', routes: { mine: { who } }, mcp: mcp({ user: alone }) }),
  )
  const result = await client.callTool({ name: 'mine_who', arguments: {} })
  expect(result.structuredContent).toEqual({ id: 'ann' })
})

it('the OpenAPI document marks the tools', () => {
  const document = api.openapi()
  expect(document.paths['/api/notes/{id}']?.['get']?.['x-mcp-tool']).toEqual({
    name: 'read_note',
    title: 'Read a note',
    description: 'Reads one note by its id.',
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
  })
  expect(document.paths['/api/notes/all']?.['get']).not.toHaveProperty('x-mcp-tool')
  expect(JSON.stringify(document)).not.toContain('count_words')
})

describe('startup', () => {
  const wide = router('/wide')
  const withTool = (route: object) =>
    app({ title: 'N', routes: { wide: { route } }, mcp: mcp({ user: null }) })
  const description = 'A tool.'

  it('refuses a tool without a description, with an unknown option, or with a name that clients refuse', () => {
    const declare = (given: unknown) => () => wide.get('/x', { tool: given as never }, () => 1)
    expect(declare({})).toThrow('GET /wide/x: tool: it has no description')
    expect(declare({ description: ' ' })).toThrow('it has no description')
    expect(declare(true)).toThrow('write tool: { description: … }')
    expect(declare({ description, desc: 1 })).toThrow('unknown option "desc". Did you mean')
    expect(declare({ description, name: 'a b' })).toThrow('is not 1 to 64 letters')
    expect(declare({ description, annotations: { readOnlyHint: 1 } })).toThrow(
      'must be true or false',
    )
    expect(() => tool('plan', { description: '', output: z.string() }, () => '')).toThrow(
      'the tool "plan": tool: it has no description',
    )
  })

  it.each([
    [
      'a stream',
      () =>
        router('/a').get(
          '/',
          { response: sse(z.string()), tool: { description } },
          async function* () {},
        ),
      'text/event-stream',
    ],
    [
      'a page',
      () => router('/b').get('/', { response: html(), tool: { description } }, () => ''),
      'text/html',
    ],
    [
      'a required header',
      () =>
        router('/c').get(
          '/',
          { headers: z.object({ tenant: z.string() }), tool: { description } },
          () => 1,
        ),
      'it needs the header "tenant"',
    ],
  ])('refuses a tool with %s', async (_, declare, problem) => {
    await expect(withTool(declare()).start()).rejects.toThrow(problem)
  })

  it('refuses two tools of one name, and options without effect', async () => {
    const one = router('/one').get('/', { tool: { name: 'same', description } }, () => 1)
    const two = router('/two').get('/', { tool: { name: 'same', description } }, () => 1)
    const both = app({ title: 'N', routes: { both: { one, two } }, mcp: mcp({ user: null }) })
    await expect(both.start()).rejects.toThrow('two tools have the name "same"')
    const wrong = (given: object) => () => mcp(given as never)
    expect(wrong({})).toThrow('it has no user')
    expect(wrong({ user: null, scopes: ['a'] })).toThrow('scopes has no effect')
    expect(wrong({ user: null, resource: endpoint })).toThrow('without authorizationServers')
    expect(wrong({ user: null, path: 'mcp' })).toThrow('is not a plain path')
    expect(wrong({ user: null, tools: { none: {} } })).toThrow('exports no tool')
    expect(wrong({ user: null, maxBatch: 0 })).toThrow('maxBatch must be')
  })

  it('warns of many tools, of lists of any length, and of tools without an endpoint', async () => {
    const lines: string[] = []
    const log = {
      debug: () => {},
      info: () => {},
      error: () => {},
      warn: (_: object, text?: string) => void lines.push(text ?? ''),
      child: () => log,
    }
    const many = router('/many')
    const tools = Object.fromEntries(
      Array.from({ length: 21 }, (_, at) => [
        `t${at}`,
        many.get(`/${at}`, { response: z.array(z.string()), tool: { description } }, () => []),
      ]),
    )
    const crowded = app({ title: 'N', routes: { many: tools }, mcp: mcp({ user: null }), log })
    await crowded.start()
    await crowded.stop()
    expect(lines[0]).toContain('21 tools are many')
    expect(lines[1]).toContain('the tool "many_t0" returns a list of any length')
    expect(lines).toHaveLength(22)
    const without = app({ title: 'N', routes: { many: tools }, log })
    await without.start()
    await without.stop()
    expect(lines.at(-1)).toContain('many.t20: marked as a tool, and the app has no endpoint')
  })
})
