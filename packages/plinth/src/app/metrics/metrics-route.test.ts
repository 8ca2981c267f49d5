import { request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { parsePrometheus, type Family } from '../../../test/support/telemetry/prometheus-parser.ts'
import { database } from '../../database/database.ts'
import { createLogger } from '../../logging/logger.ts'
import { router } from '../../routing/router.ts'
import { serve } from '../../server/serve.ts'
import { metrics } from '../../telemetry/metrics.ts'
import { stopMetrics } from '../../telemetry/metrics/start-metrics.ts'
import { app } from '../app.ts'
import type { AnyAppOptions } from '../app.types.ts'

const db = database('pglite:memory')
const tasks = router('/tasks', { dependencies: { db } })
const routes = {
  tasks: {
    read: tasks.get('/:id', { response: z.string() }, async ({ params, db }) => {
      await db.execute('select 1')
      return params.id
    }),
    broken: tasks.get('/broken', {}, () => {
      throw new Error('broken')
    }),
  },
}

async function start(options: Pick<AnyAppOptions, 'metrics'>) {
  const log = createLogger({ level: 'silent' })
  const api = app({ title: 'Tasks', routes, log, ...options })
  const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
  onTestFinished(async () => {
    await server.close()
    stopMetrics()
  })
  /** Like `fetch`, which does not send a Host of one's choice. */
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
      request(`${server.url}${path}`, { headers, method, agent: false }, async (response) => {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        const { statusCode: status = 0, headers: got } = response
        resolve({ status, type: got['content-type'] ?? '', text })
      })
        .on('error', reject)
        .end()
    })
  return { get, url: server.url }
}

const countOf = (family: Family | undefined, labels: object): number | undefined =>
  family?.samples.find(
    (sample) =>
      sample.name.endsWith('_count') &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value

describe('the page of metrics', () => {
  it('has the requests by route and status, and the numbers of server, pool and event loop', async () => {
    const { get } = await start({ metrics: true })
    for (const path of ['/tasks/1', '/tasks/2', '/tasks/broken', '/nothing']) await get(path)
    const page = await get('/metrics')
    expect(page).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' })
    const families = parsePrometheus(page.text)
    const requests = families.get('http_server_request_duration_seconds')
    expect(countOf(requests, { http_route: '/tasks/:id' })).toBe(2)
    const broken = { http_route: '/tasks/broken', http_response_status_code: '500' }
    expect(countOf(requests, { ...broken, error_type: '500' })).toBe(1)
    expect(countOf(requests, { http_response_status_code: '404' })).toBe(1)
    const statements = families.get('db_client_operation_duration_seconds')
    const select = { db_system_name: 'postgresql', db_operation_name: 'SELECT' }
    expect(countOf(statements, select)).toBe(2)
    const active = families.get('http_server_active_requests')?.samples
    expect(active?.map(({ value }) => value)).toEqual([1])
    const pool = { db_client_connection_pool_name: 'pglite:memory' }
    const poolOf = (name: string) =>
      families.get(`db_client_connection_${name}`)?.samples.map(({ labels, value }) => ({
        ...labels,
        value,
      }))
    expect(poolOf('count')).toEqual([
      { ...pool, db_client_connection_state: 'used', value: 0 },
      { ...pool, db_client_connection_state: 'idle', value: 1 },
    ])
    expect(poolOf('max')).toEqual([{ ...pool, value: 1 }])
    expect(poolOf('pending_requests')).toEqual([{ ...pool, value: 0 }])
    expect(poolOf('timeouts_total')).toEqual([{ ...pool, value: 0 }])
    expect(countOf(families.get('db_client_connection_wait_time_seconds'), pool)).toBeGreaterThan(1)
    expect(families.get('plinth_shed_requests_total')?.samples).toHaveLength(2)
    expect(families.has('nodejs_eventloop_delay_p99_seconds')).toBe(true)
  })
  it('has as many series whatever paths, hosts, methods and query strings strangers send', async () => {
    const { get } = await start({ metrics: { token: 'a-token-of-the-test' } })
    const bearer = { authorization: 'Bearer a-token-of-the-test' }
    const send = async (from: number) => {
      for (let count = from; count < from + 20; count++) {
        await get(`/x${count}?${count}=${count}`, { host: `evil-${count}.example` })
        await get(`/tasks/${count}`, { host: `evil-${count}.example` })
        await get('/tasks/1', {}, ['PROPFIND', 'PURGE', 'LINK', 'SEARCH'][count % 4])
      }
    }
    await send(0)
    await get('/metrics', bearer)
    const before = (await get('/metrics', bearer)).text.split('\n').length
    await send(100)
    const { text } = await get('/metrics', bearer)
    expect(text.split('\n').length).toBe(before)
    expect(text).not.toContain('evil')
    parsePrometheus(text)
  })
  it('is refused to strangers: another Host, a proxy between, and a page through a name of its own', async () => {
    const { get } = await start({ metrics: true })
    for (const headers of [
      { host: 'evil.example' },
      { 'x-forwarded-for': '203.0.113.7' },
      { forwarded: 'for=203.0.113.7' },
      { 'x-real-ip': '127.0.0.1' },
    ]) {
      const refused = await get('/metrics', headers)
      expect([refused.status, refused.text.includes('duration')]).toEqual([403, false])
    }
    const api = app({
      title: 'Tasks',
      routes,
      metrics: true,
      log: createLogger({ level: 'silent' }),
    })
    const noAddress = await api.fetch(new Request('http://localhost/metrics'))
    expect(noAddress.status).toBe(403)
  })
  it('with a token needs the token, from this machine, too', async () => {
    const { get } = await start({ metrics: { path: '/internal/metrics', token: 'x'.repeat(16) } })
    const path = '/internal/metrics'
    expect((await get(path)).status).toBe(401)
    expect((await get(path, { authorization: `Bearer ${'x'.repeat(15)}` })).status).toBe(401)
    expect((await get(path, { authorization: `Basic ${'x'.repeat(16)}` })).status).toBe(401)
    const authorization = `Bearer ${'x'.repeat(16)}`
    const allowed = { authorization, host: 'prometheus.example', 'x-forwarded-for': '10.0.0.1' }
    expect((await get(path, allowed)).status).toBe(200)
    expect((await get('/metrics')).status).toBe(404)
  })
  it('does not exist by default, and nothing is measured then', async () => {
    const { get } = await start({})
    expect((await get('/metrics')).status).toBe(404)
    expect(metrics()).toBeUndefined()
  })
  it('is neither in the documentation, nor refused silently where an option is wrong', () => {
    const api = app({ title: 'Tasks', routes, metrics: true })
    expect(JSON.stringify(api.openapi())).not.toContain('/metrics')
    const wrong = (given: unknown) => () => app({ title: 'x', routes, metrics: given as never })
    expect(wrong({ token: 'short' })).toThrow(/metrics: token must have 16 characters or more/)
    expect(wrong({ path: 'metrics' })).toThrow(/metrics: path must be a path without parameters/)
    expect(wrong({ tokens: 'x'.repeat(16) })).toThrow(/Did you mean "token"/)
    expect(wrong({ path: '/tasks/broken' })).toThrow(/\/tasks\/broken/)
  })
})
