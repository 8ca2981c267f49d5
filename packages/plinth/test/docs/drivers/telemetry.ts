import { app, router, serve } from '../../../src/index.ts'
import type { Drivers } from './driver.types.ts'

export const drivers: Drivers = {
  start: async () => {
    const token = process.env['METRICS_TOKEN'] ?? ''
    const read = router('/tasks').get('/:id', {}, () => ({}))
    const api = app({
      title: 'Tasks',
      routes: { tasks: { read } },
      metrics: { path: '/metrics', token },
    })
    // the server measures its requests
    const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
    await (await fetch(`${server.url}/tasks/1`)).text()
    const headers = { authorization: `Bearer ${token}` }
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text()
    await server.close()
    const lines = text.split('\n')
    const from = lines.findIndex((line) => line.includes('http_server_request_duration_seconds'))
    // how many were as fast depends on the machine
    return [
      lines
        .slice(from, from + 3)
        .join('\n')
        .replace(/ \d+$/, ' 14'),
    ]
  },
}
