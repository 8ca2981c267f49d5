// The tools of the backend, called by the official clients of both versions.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { describe, expect, it } from 'vitest'
import { unknownId, useTestApi } from './test-api.ts'

const test = await useTestApi()
const endpoint = new URL('http://localhost:8000/mcp')

/** A transport of either version, with the token of a user. */
const optionsFor = async (user: string) => ({
  requestInit: { headers: { authorization: `Bearer ${await test.tokenOf(user)}` } },
  fetch: (url: string | URL, init?: RequestInit) => test.app.fetch(new Request(url, init)),
})

async function newer(user: string): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: 'auto' } },
  )
  await client.connect(new StreamableHTTPClientTransport(endpoint, await optionsFor(user)))
  return client
}

async function older(user: string): Promise<OlderClient> {
  const client = new OlderClient({ name: 'test', version: '1' })
  await client.connect(new OlderTransport(endpoint, await optionsFor(user)))
  return client
}

const textOf = (result: object): string =>
  (result as { content: [{ text: string }] }).content[0].text

describe.each([
  ['2.4', newer],
  ['1.32', older],
])('the official client %s', (_, connect) => {
  it('lists the marked routes, and no other', async () => {
    const client = await connect('ann')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['tasks_list', 'tasks_create', 'tasks_complete'])
    for (const { description, inputSchema, outputSchema } of tools)
      expect([description, inputSchema.type, outputSchema?.type]).toEqual([
        expect.stringMatching(/\.$/),
        'object',
        'object',
      ])
    const refused = client.callTool({ name: 'tasks_remove', arguments: { id: unknownId } })
    await expect(refused).rejects.toThrow('Unknown tool')
  })

  it('creates, completes and finds tasks of its user', async () => {
    const client = await connect('ann')
    const created = await client.callTool({
      name: 'tasks_create',
      arguments: { title: 'Buy milk', priority: 'high', dueAt: '2031-01-01T00:00:00Z' },
    })
    const task = created.structuredContent as { id: string }
    expect(task).toMatchObject({ title: 'Buy milk', completed: false, tags: [] })
    await client.callTool({ name: 'tasks_complete', arguments: { id: task.id } })
    const found = await client.callTool({
      name: 'tasks_list',
      arguments: { q: 'milk', completed: true, limit: 5 },
    })
    expect(found.structuredContent).toMatchObject({ items: [{ id: task.id, completed: true }] })
    const { body } = await test.call('ann', 'GET', '/api/tasks?q=milk&completed=true&limit=5')
    expect(found.structuredContent).toEqual(body)
  })

  it('gets the problem document that the route sends', async () => {
    const client = await connect('ann')
    const wrong = { title: '', priority: 'urgent' }
    const { body } = await test.call('ann', 'POST', '/api/tasks', wrong)
    const result = await client.callTool({ name: 'tasks_create', arguments: wrong })
    expect(result.isError).toBe(true)
    expect(JSON.parse(textOf(result))).toEqual({ ...body, requestId: expect.any(String) })
    const unknown = await client.callTool({ name: 'tasks_complete', arguments: { id: unknownId } })
    expect(JSON.parse(textOf(unknown))).toMatchObject({ status: 404, code: 'PLINTH_NOT_FOUND' })
  })
})

it('a thousand calls of one user reach no row of another', async () => {
  const ids: string[] = []
  for (let at = 0; at < 20; at++) {
    const { body } = await test.call('ann', 'POST', '/api/tasks', { title: `private ${at}` })
    ids.push(body.id)
  }
  const bob = await newer('bob')
  const tries = [
    (id: string) => ({ name: 'tasks_complete', arguments: { id } }),
    (id: string) => ({ name: 'tasks_complete', arguments: { id: `${id}/../${id}` } }),
    (id: string) => ({ name: 'tasks_complete', arguments: { id, userId: 'ann' } }),
    (id: string) => ({ name: 'tasks_list', arguments: { q: id } }),
    () => ({ name: 'tasks_list', arguments: { q: 'private', limit: 100 } }),
    () => ({ name: 'tasks_list', arguments: { userId: 'ann' } }),
    (id: string) => ({ name: 'tasks_list', arguments: { projectId: id } }),
    (id: string) => ({ name: 'tasks_create', arguments: { title: 'x', projectId: id } }),
    (id: string) => ({ name: 'tasks_create', arguments: { title: 'x', userId: 'ann', id } }),
    (id: string) => ({ name: 'tasks_create', arguments: { title: 'x', tagIds: [id] } }),
  ]
  let failed = 0
  for (let round = 0; round < 100; round++)
    for (const attempt of tries) {
      const result = await bob.callTool(attempt(ids[round % ids.length]!))
      expect(textOf(result)).not.toContain('private')
      if (result.isError === true) failed += 1
      else expect(result.structuredContent).toMatchObject({ items: [] })
    }
  expect(failed).toBe(700)
  const { body } = await test.call('ann', 'GET', '/api/tasks?limit=100')
  expect(body.items).toHaveLength(20)
  expect(body.items.every((task: { completed: boolean }) => !task.completed)).toBe(true)
  expect((await test.call('bob', 'GET', '/api/tasks')).body.items).toEqual([])
})

it('a stranger is sent to the sign-in of the frontend', async () => {
  const response = await test.app.fetch(new Request(endpoint, { method: 'POST', body: '{}' }))
  expect(response.status).toBe(401)
  const { groups } = /resource_metadata="(?<url>[^"]+)"/.exec(
    response.headers.get('www-authenticate') ?? '',
  )!
  const metadata = await test.app.fetch(new Request(groups!['url']!))
  expect(await metadata.json()).toMatchObject({
    resource: endpoint.href,
    authorization_servers: ['http://localhost:3000/api/auth'],
  })
})
