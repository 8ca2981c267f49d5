// A server with sockets for attacks on its memory. It reports its port, and its memory when it is asked.
import * as z from 'zod'
import { app, router, serve } from '../../../src/index.ts'

const sockets = router('/sockets')
const text = z.string()
const limits = { perCaller: 0 }
let open = 0
const echo = sockets.socket(
  '/echo',
  { receive: text, send: text, limits },
  async function* ({ incoming }) {
    open += 1
    try {
      for await (const message of incoming) yield message
    } finally {
      open -= 1
    }
  },
)
const endless = sockets.socket('/endless', { send: text, limits }, async function* () {
  const large = 'x'.repeat(10_000)
  for (;;) yield large
})
const idle = sockets.socket('/idle', { receive: text, limits }, async ({ signal }) => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
})
const ping = router('/ping').get('/', { response: z.object({ open: z.int() }) }, () => ({ open }))

const api = app({
  title: 'Under attack',
  docs: false,
  routes: { sockets: { echo, endless, idle }, ping: { ping } },
})
const server = await serve(api, {
  port: 0,
  hostname: '127.0.0.1',
  limits: { headersTimeout: 2000, requestTimeout: 4000, checkInterval: 200 },
})
process.send?.({ port: server.port })
process.on('message', () => {
  // Started with --expose-gc.
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  process.send?.({ memory: heapUsed + external })
})
process.once('disconnect', () => process.exit())
