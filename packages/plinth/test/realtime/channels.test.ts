import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import {
  app,
  channel,
  type Database,
  gap,
  id,
  model,
  owner,
  PlinthError,
  router,
  sse,
  type Subscription,
  transaction,
} from 'plinth'
import { ownerPolicy, protectRows } from 'plinth/row-security'
import { testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'

const Note = model('notes', { id: id(), text: z.string(), userId: owner() }, (t) => [
  ownerPolicy(t.userId),
])
const Message = z.object({ n: z.int(), text: z.string().default(''), at: z.date().optional() })

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Note } })
})
afterAll(() => db?.close())

let channels = 0
/** A channel that no other test uses, and its subscription to a key. */
async function subscribed(key = 'k', options = {}) {
  const numbers = channel(`numbers ${(channels += 1)}`, Message)
  const messages = numbers.subscribe(db, key, options)
  onTestFinished(() => void messages.return())
  await messages.ready
  return { numbers, messages }
}

const take = async <T>(messages: Subscription<T>, count: number): Promise<T[]> => {
  const taken: T[] = []
  while (taken.length < count) {
    const next = await messages.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}
const numbersOf = (messages: readonly { readonly n: number }[]): number[] =>
  messages.map(({ n }) => n)

describe('a message', () => {
  it('reaches each subscriber of its key once and in order, and those of other keys never', async () => {
    const { numbers, messages } = await subscribed('a')
    const again = numbers.subscribe(db, 'a')
    const other = numbers.subscribe(db, 'b')
    await Promise.all([again.ready, other.ready])
    for (let n = 0; n < 20; n++) await numbers.publish(db, n === 19 ? 'b' : 'a', { n })
    const expected = Array.from({ length: 19 }, (_, n) => n)
    expect(numbersOf(await take(messages, 19))).toEqual(expected)
    expect(numbersOf(await take(again, 19))).toEqual(expected)
    expect(numbersOf(await take(other, 1))).toEqual([19])
  })

  it('is delivered when its transaction commits, and never if it is rolled back', async () => {
    const { numbers, messages } = await subscribed()
    const failed = db.transaction(async (tx) => {
      await numbers.publish(tx, 'k', { n: 1 })
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    const order: string[] = []
    const taking = take(messages, 1).then(([message]) => order.push(`message ${message!.n}`))
    await db.transaction(async (tx) => {
      await numbers.publish(tx, 'k', { n: 2 })
      await sleep(50)
      order.push('commit')
    })
    await taking
    expect(order).toEqual(['commit', 'message 2'])
  })

  it('of a savepoint that is rolled back is not delivered', async () => {
    const { numbers, messages } = await subscribed()
    await db.transaction(async (tx) => {
      await tx
        .transaction(async (inner) => {
          await numbers.publish(inner, 'k', { n: 1 })
          throw new Error('rolled back')
        })
        .catch(() => {})
      await numbers.publish(tx, 'k', { n: 2 })
    })
    expect(numbersOf(await take(messages, 1))).toEqual([2])
  })

  it('that equals another one of its transaction arrives, too', async () => {
    const { numbers, messages } = await subscribed()
    await db.transaction(async (tx) => {
      for (let i = 0; i < 3; i++) await numbers.publish(tx, 'k', { n: 1, text: 'same' })
    })
    expect(numbersOf(await take(messages, 3))).toEqual([1, 1, 1])
  })

  it('of many kilobytes arrives whole, in its place between small ones', async () => {
    const { numbers, messages } = await subscribed()
    const large = 'Ünïcode 👪 \0"\\ '.repeat(5000)
    const publishing = Array.from({ length: 5 }, (_, of) =>
      db.transaction(async (tx) => {
        for (let n = 0; n < 4; n++)
          await numbers.publish(tx, 'k', { n: of * 10 + n, text: n % 2 === 0 ? '' : large })
      }),
    )
    await Promise.all(publishing)
    const taken = await take(messages, 20)
    const expected = (of: number): number[] => [0, 1, 2, 3].map((n) => of * 10 + n)
    for (let at = 0; at < 20; at += 4)
      expect(numbersOf(taken.slice(at, at + 4))).toEqual(expected(Math.floor(taken[at]!.n / 10)))
    for (const { n, text } of taken) expect(text).toBe(n % 2 === 0 ? '' : large)
  })

  it('has the values of its schema, and none that the schema does not name', async () => {
    const { numbers, messages } = await subscribed()
    const at = new Date('2026-11-30T12:00:00.000Z')
    const wider = { n: 1, at, secret: 'x' }
    await numbers.publish(db, 'k', wider)
    expect(await take(messages, 1)).toEqual([{ n: 1, text: '', at }])
  })

  it('that its schema does not allow, or that is too large, is refused', async () => {
    const { numbers } = await subscribed()
    await expect(numbers.publish(db, 'k', { n: 1.5 })).rejects.toMatchObject({
      code: 'PLINTH_CHANNEL_INVALID',
      message: expect.stringContaining('does not allow the message: n:'),
    })
    await expect(numbers.publish(db, 'k', { n: 1, text: 'x'.repeat(1_000_001) })).rejects.toThrow(
      'publish an id',
    )
    for (const key of ['x'.repeat(1001), '\ud800'])
      await expect(numbers.publish(db, key, { n: 1 })).rejects.toThrow('a key must be text')
  })

  it('can be published in a user’s transaction', async () => {
    await protectRows(db, { Note })
    const { numbers, messages } = await subscribed()
    const opened = transaction(db, { user: 'ann' })
    const tx = (await opened.next()).value!
    await numbers.publish(tx, 'k', { n: 1, text: 'x'.repeat(20_000) })
    await opened.next()
    expect(numbersOf(await take(messages, 1))).toEqual([1])
  })
})

describe('a subscription', () => {
  it('of a reader that is too slow fails, after the messages that were kept', async () => {
    const { numbers, messages } = await subscribed('k', { buffer: 3 })
    const { messages: control } = { messages: numbers.subscribe(db, 'k') }
    await control.ready
    for (let n = 0; n < 5; n++) await numbers.publish(db, 'k', { n })
    await take(control, 5)
    expect(numbersOf(await take(messages, 3))).toEqual([0, 1, 2])
    await expect(messages.next()).rejects.toMatchObject({
      code: 'PLINTH_CHANNEL_GAP',
      status: 503,
      message: expect.stringContaining('more than 3 messages behind'),
    })
    expect(await messages.next()).toEqual({ done: true, value: undefined })
  })

  it('with gaps: true yields a gap in place of the messages before it, and goes on', async () => {
    const numbers = channel('gaps', Message)
    const messages = numbers.subscribe(db, 'k', { buffer: 3, gaps: true })
    const control = numbers.subscribe(db, 'k')
    await Promise.all([messages.ready, control.ready])
    for (let n = 0; n < 5; n++) await numbers.publish(db, 'k', { n })
    await take(control, 5)
    expect(await take(messages, 2)).toEqual([gap, { n: 4, text: '' }])
    await messages.return()
  })

  it('misses a message of another version of the app that does not fit', async () => {
    const old = channel('versions', z.object({ name: z.string() }))
    const now = channel('versions', Message)
    const messages = now.subscribe(db, 'k', { gaps: true })
    await messages.ready
    await old.publish(db, 'k', { name: 'ann' })
    await now.publish(db, 'k', { n: 1 })
    expect(await take(messages, 2)).toEqual([gap, { n: 1, text: '' }])
    await messages.return()
  })

  it('ends with its signal, with return(), and with await using', async () => {
    const aborting = new AbortController()
    const numbers = channel('endings', Message)
    const ended: string[] = []
    const read = async (name: string, messages: Subscription<unknown>): Promise<void> => {
      for await (const _ of messages) ended.push('message')
      ended.push(name)
    }
    const byReturn = numbers.subscribe(db, 'k')
    const bySignal = numbers.subscribe(db, 'k', { signal: aborting.signal })
    await Promise.all([byReturn.ready, bySignal.ready])
    const reading = [read('return', byReturn), read('signal', bySignal)]
    await byReturn.return()
    await reading[0]
    aborting.abort()
    await reading[1]
    {
      await using scoped = numbers.subscribe(db, 'k')
      await scoped.ready
    }
    const late = numbers.subscribe(db, 'k', { signal: aborting.signal })
    await read('aborted before', late)
    expect(ended).toEqual(['return', 'signal', 'aborted before'])
  })

  it('cannot begin inside a transaction, which would keep its messages back', async () => {
    const numbers = channel('nested', Message)
    await db.transaction(async (tx) => {
      await tx.execute(sql`select 1`)
      await expect(numbers.subscribe(db, 'k').next()).rejects.toMatchObject({
        code: 'PLINTH_DATABASE_NESTED',
      })
      expect(() => numbers.subscribe(tx, 'k')).toThrow('It was given a transaction')
    })
  })

  it('of a second channel with the same name is refused', async () => {
    const { numbers } = await subscribed()
    const twin = channel(numbers.name, Message)
    await expect(twin.subscribe(db, 'k').next()).rejects.toThrow(
      'another channel has the same name',
    )
  })

  it('ends when the database is closed', async () => {
    const own = await testDatabase({ models: { Note } })
    const numbers = channel('closing', Message)
    const messages = numbers.subscribe(own, 'k')
    await messages.ready
    const reading = take(messages, 1)
    await own.close()
    expect(await reading).toEqual([])
  })

  it('is a stream of server-sent events when a handler returns it, and ends with the client', async () => {
    const numbers = channel('streamed', Message)
    const subscriptions: Subscription<unknown>[] = []
    const routes = router('/numbers', { dependencies: { db } })
    const read = routes.get('/', { response: sse(Message) }, ({ db }) => {
      const messages = numbers.subscribe(db, 'k')
      subscriptions.push(messages)
      return messages
    })
    const api = app({ title: 'Numbers', routes: { routes: { read } } })
    const response = await api.fetch(new Request('http://test/numbers'))
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const first = reader.read()
    await subscriptions[0]!.ready
    await numbers.publish(db, 'k', { n: 1 })
    expect((await first).value).toBe('data: {"n":1,"text":""}\n\n')
    await reader.cancel()
    expect(await subscriptions[0]!.next()).toEqual({ done: true, value: undefined })
  })
})

describe('a channel', () => {
  it.for(['', 'x'.repeat(57), 'a\0b'])('may not be called %j', (name) => {
    expect(() => channel(name, Message)).toThrow(PlinthError)
  })

  it('refuses options that do not exist, and a buffer without room', () => {
    const numbers = channel('options', Message)
    // @ts-expect-error 'gap' does not exist in type 'SubscribeOptions<false>'
    expect(() => numbers.subscribe(db, 'k', { gap: true })).toThrow('Did you mean "gaps"?')
    expect(() => numbers.subscribe(db, 'k', { buffer: 0 })).toThrow('buffer is 0')
  })
})
