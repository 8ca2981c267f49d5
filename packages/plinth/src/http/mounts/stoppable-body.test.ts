import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { OpenStreams } from '../open-streams.ts'
import { stoppableBody } from './stoppable-body.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const endless = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024)) })

it('an event stream of a mount keeps no event in memory that was sent', async () => {
  const reader = stoppableBody(endless(), new OpenStreams(), () => undefined).getReader()
  const sent: WeakRef<object>[] = []
  for (let count = 0; count < 50; count++) {
    const { value } = await reader.read()
    sent.push(new WeakRef(value!))
  }
  await expect
    .poll(() => {
      collectGarbage()
      return sent.filter((ref) => ref.deref() !== undefined).length
    })
    .toBeLessThan(10)
})

it('an event stream of a mount ends when the server stops, also while it waits for an event', async () => {
  const streams = new OpenStreams()
  const order: string[] = []
  const silent = new ReadableStream<Uint8Array<ArrayBuffer>>({
    cancel: () => void order.push('canceled'),
  })
  const reader = stoppableBody(silent, streams, () => order.push('stopped')).getReader()
  const next = reader.read()
  streams.end()
  expect(await next).toEqual({ done: true, value: undefined })
  expect(order).toEqual(['stopped', 'canceled'])
  const late = stoppableBody(endless(), streams, () => undefined).getReader()
  expect((await late.read()).done).toBe(true)
})

it('an event stream of a mount fails with its source', async () => {
  const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new Error('broken')),
  })
  const reader = stoppableBody(failing, new OpenStreams(), () => undefined).getReader()
  await expect(reader.read()).rejects.toThrow('broken')
})
