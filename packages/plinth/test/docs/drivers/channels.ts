import { app } from '../../../src/index.ts'
import type { HttpRoute } from '../../../src/routing/client-route.types.ts'
import type { Drivers } from './driver.types.ts'

export const drivers: Drivers = {
  start: async ({ load }) => {
    const { send, read } = await load<{ send: HttpRoute; read: HttpRoute }>('chat.ts')
    const api = app({ title: 'Chat', routes: { chat: { send, read } } })
    const url = 'http://localhost:8000/rooms/lobby'
    const response = await api.fetch(new Request(url))
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const received = reader?.read()
    await api.fetch(
      new Request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'hello' }),
      }),
    )
    const text = (await received)?.value ?? ''
    await reader?.cancel()
    return [`$ curl -N ${url.replace('http://', '')}\n${text.trim()}`]
  },
}
