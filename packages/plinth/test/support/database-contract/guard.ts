import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import type { Database } from '../../../src/database/database.ts'
import type { DatabaseTransaction } from '../../../src/database/queryable.ts'
import { runIsolated } from '../../../src/http/request-scope.ts'
import { transaction } from '../../../src/database/transaction.ts'
import { failure, ids, inRequest, notes } from './tables.ts'

export function guardContract(of: () => Database): void {
  const nested = { code: 'PLINTH_DATABASE_NESTED' }

  it('refuses the database itself inside a transaction on it, with an explanation', async () => {
    await inRequest(of(), async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      const error = await failure(of().select().from(notes))
      expect(error).toMatchObject(nested)
      expect(error.message).toContain('use the transaction you were given')
      expect(await failure(of().transaction(async () => {}))).toMatchObject(nested)
    })
    expect(await ids(of())).toEqual([1])
  })

  it('refuses it inside a callback, even a few calls deep', async () => {
    await of().transaction(async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      await Promise.resolve()
      await new Promise((resolve) => setImmediate(resolve))
      expect(await failure(ids(of()))).toMatchObject(nested)
    })
  })

  it('refuses a second transaction while the first holds the connection', async () => {
    await inRequest(of(), async (tx) => {
      const second = transaction(of())
      const other = (await second.next()).value as DatabaseTransaction
      await tx.insert(notes).values({ id: 1, text: 'x' })
      expect(await failure(other.select().from(notes))).toMatchObject(nested)
      await second.return()
    })
  })

  it('allows it before the first statement, and after the end', async () => {
    await inRequest(of(), async (tx) => {
      expect(await ids(of())).toEqual([])
      await tx.insert(notes).values({ id: 1, text: 'x' })
    })
    expect(await ids(of())).toEqual([1])
  })

  it('applies to a handler whose dependency opened the transaction without a callback', async () => {
    const opened = transaction(of())
    const tx = (await opened.next()).value as DatabaseTransaction
    await tx.insert(notes).values({ id: 1, text: 'x' })
    const handler = async () => {
      await Promise.resolve()
      return await ids(of())
    }
    expect(await failure(handler())).toMatchObject(nested)
    await opened.next()
    expect(await handler()).toEqual([1])
  })

  it('applies also if the dependency is opened after another one was awaited', async () => {
    await runIsolated(async () => {
      const make = async () => {
        await new Promise((resolve) => setImmediate(resolve))
        const opened = transaction(of())
        return { opened, tx: (await opened.next()).value as DatabaseTransaction }
      }
      const { opened, tx } = await make()
      await tx.insert(notes).values({ id: 1, text: 'x' })
      expect(await failure(ids(of()))).toMatchObject(nested)
      await opened.next()
    })
  })

  it('separates concurrent requests', async () => {
    const begun = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    const writer = inRequest(of(), async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      begun.resolve()
      await read.promise
    })
    // With one connection, this waits for the end of the writer. It must not be refused.
    const reader = runIsolated(async () => {
      await begun.promise
      const rows = ids(of())
      read.resolve()
      return await rows
    })
    await writer
    expect(await reader).toBeInstanceOf(Array)
  })

  it('allows a hundred concurrent requests with a transaction each', async () => {
    const all = Array.from({ length: 100 }, (_, id) =>
      inRequest(of(), async (tx) => {
        await tx.insert(notes).values({ id, text: 'x' })
        await tx.update(notes).set({ text: 'y' }).where(eq(notes.id, id))
      }),
    )
    await Promise.all(all)
    expect(await of().$count(notes, eq(notes.text, 'y'))).toBe(100)
  })
}
