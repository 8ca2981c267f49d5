import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { InFlight } from './in-flight.ts'

const answer = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()))

describe('the answers that are not sent yet', () => {
  it('stand in the order of their requests, whichever ends first', () => {
    const inFlight = new InFlight()
    const [a, b, c, d] = [answer(), answer(), answer(), answer()] as const
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

  it('are counted once, also where one ends twice or was never there', () => {
    const inFlight = new InFlight()
    const [a, b] = [answer(), answer()]
    inFlight.add(a)
    inFlight.delete(b)
    inFlight.delete(a)
    inFlight.delete(a)
    expect(inFlight.size).toBe(0)
    inFlight.add(b)
    expect([...inFlight]).toEqual([b])
  })
})

it('keep nothing alive once they are sent, also where the list itself has grown old', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void
  const inFlight = new InFlight()
  const waiting = Array.from({ length: 32 }, answer)
  for (const one of waiting) inFlight.add(one)
  // What has lived through two of these is old.
  collect()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 2000; n++) {
    const sent = waiting.shift()!
    inFlight.delete(sent)
    const next = Object.assign(answer(), { load: Array.from({ length: 2000 }, () => n) })
    waiting.push(next)
    inFlight.add(next)
    if (n % 200 === 0) collect({ type: 'minor' })
  }
  collect({ type: 'minor' })
  collect({ type: 'minor' })
  const kept = process.memoryUsage().heapUsed - before
  // All 2000 would be more than 32 MB, those that wait now half of one.
  expect(kept / 1e6).toBeLessThan(4)
})
