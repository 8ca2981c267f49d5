import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { serve } from './serve.ts'

/** Computes for a time that a busy machine does not shorten. */
function compute(milliseconds: number): void {
  const used = (): number => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  const until = used() + milliseconds
  while (used() < until);
}

async function started() {
  const lines: { readonly level: string; readonly msg: string; readonly ms: number }[] = []
  const write = (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number])
  const log = createLogger({ level: 'warn', format: 'json', destination: { write } })
  const gate = Promise.withResolvers<void>()
  const routes = router('/reports')
  const at = {
    computes: routes.get('/computes/:id', {}, () => {
      compute(300)
      return 'done'
    }),
    later: routes.post('/later', {}, async () => {
      await delay(10)
      compute(300)
      return 'done'
    }),
    between: routes.get('/between', {}, async () => {
      await delay(10)
      compute(300)
      await gate.promise
      return 'done'
    }),
    waits: routes.get('/waits', {}, async () => {
      await delay(300)
      return 'done'
    }),
    quick: routes.get('/quick', {}, () => 'done'),
  }
  const server = await serve(app({ title: 'Reports', log, routes: { at } }), {
    port: 0,
    signals: false,
  })
  onTestFinished(() => server.close())
  const warnings = () => lines.filter(({ msg }) => msg.includes('blocked the event loop'))
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${server.url}/reports${path}`, init)
    expect(response.status).toBe(200)
  }
  return { get, warnings, gate }
}

it('a route that blocks the event loop is named with its time, once', async () => {
  const { get, warnings } = await started()
  await get('/computes/1')
  await get('/computes/2')
  expect(warnings()).toHaveLength(1)
  const [{ level, msg, ms }] = warnings() as [ReturnType<typeof warnings>[number]]
  expect(level).toBe('warn')
  expect(msg).toContain(`GET /reports/computes/:id blocked the event loop for ${ms} ms`)
  expect(ms).toBeGreaterThanOrEqual(300)
})

it('a route that blocks after a wait is named, and not the one that has its turn after it', async () => {
  const { get, warnings } = await started()
  const [later] = [get('/later', { method: 'POST' }), get('/waits')]
  await later
  await get('/quick')
  expect(warnings().map(({ msg }) => msg.split(' blocked')[0])).toEqual(['POST /reports/later'])
})

it('a route that blocks between two waits is named as one of those in progress', async () => {
  const { get, warnings, gate } = await started()
  const between = get('/between')
  await expect.poll(() => warnings().length).toBe(1)
  gate.resolve()
  await between
  expect(warnings()[0]!.msg).toContain('GET /reports/between')
})

it('a route that only waits is never named', async () => {
  const { get, warnings } = await started()
  await Promise.all([get('/waits'), get('/waits'), get('/quick')])
  await get('/waits')
  expect(warnings()).toEqual([])
})
