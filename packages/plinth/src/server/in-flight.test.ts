import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { InFlight } from './in-flight.ts'

const response = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()))

describe('the pending responses', () => {
  it('keep the order of their requests, whichever ends first', () => {
    const inFlight = new InFlight()
    const [a, b, c, d] = [response(), response(), response(), response()] as const
    for (const one of [a, b, c]) inFlight.add(one)
    expect([...inFlight]).toEqual([a, b, c])
    inFlight.delete(b)
    inFlight.add(d)
    expect([...inFlight]).toEqual([a, c, d])
    inFlight.delete(a)
    inFlight.delete(d)
    expect([...inFlight]).toEqual([c])
    expect(inFlight.size).toBe(1)
    inFlight.delete(c)
    expect([...inFlight]).toEqual([])
    expect(inFlight.size).toBe(0)
  })

  it('are counted once, even if one ends twice or was never added', () => {
    const inFlight = new InFlight()
    const [a, b] = [response(), response()]
    inFlight.add(a)
    inFlight.delete(b)
    inFlight.delete(a)
    inFlight.delete(a)
    expect(inFlight.size).toBe(0)
    inFlight.add(b)
    expect([...inFlight]).toEqual([b])
  })
})

it('pending responses are garbage collected once sent, even if the list is in the old generation', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void
  const inFlight = new InFlight()
  const waiting = Array.from({ length: 32 }, response)
  for (const one of waiting) inFlight.add(one)
  // Objects that survive two collections are in the old generation.
  collect()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 2000; n++) {
    const sent = waiting.shift()!
    inFlight.delete(sent)
    const next = Object.assign(response(), { load: Array.from({ length: 2000 }, () => n) })
    waiting.push(next)
    inFlight.add(next)
    if (n % 200 === 0) collect({ type: 'minor' })
  }
  collect({ type: 'minor' })
  collect({ type: 'minor' })
  const kept = process.memoryUsage().heapUsed - before
  // All 2000 would take more than 32 MB, the pending ones half a megabyte.
  expect(kept / 1e6).toBeLessThan(4)
})
