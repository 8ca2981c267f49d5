import { expect, it } from 'vitest'
import type { Database } from '../../../src/database/database.ts'
import type { DatabaseTransaction } from '../../../src/database/queryable.ts'
import { postgresError } from '../../../src/database/postgres-error.ts'
import { transaction } from '../../../src/database/transaction.ts'
import { failure, ids, inRequest, notes } from './tables.ts'

export function transactionContract(of: () => Database): void {
  it('are committed when they are closed', async () => {
    await inRequest(of(), (tx) => tx.insert(notes).values({ id: 1, text: 'x' }))
    expect(await ids(of())).toEqual([1])
  })

  it('are rolled back when an error is thrown into them, and rethrow it', async () => {
    const wrong = new Error('wrong')
    const seen = await failure(
      inRequest(of(), async (tx) => {
        await tx.insert(notes).values({ id: 1, text: 'x' })
        throw wrong
      }),
    )
    expect(seen).toBe(wrong)
    expect(await ids(of())).toEqual([])
  })

  it('are rolled back when they are abandoned', async () => {
    const opened = transaction(of())
    const { value: tx } = await opened.next()
    await (tx as DatabaseTransaction).insert(notes).values({ id: 1, text: 'x' })
    await opened.return()
    expect(await ids(of())).toEqual([])
  })

  it('do not begin without a statement', async () => {
    await inRequest(of(), async () => {})
    await failure(inRequest(of(), () => Promise.reject(new Error('wrong'))))
    expect(await ids(of())).toEqual([])
  })

  it('wait for statements that were not awaited', async () => {
    await inRequest(of(), async (tx) => {
      void tx.insert(notes).values({ id: 1, text: 'x' }).execute()
      void tx.insert(notes).values({ id: 2, text: 'x' }).execute()
    })
    expect(await ids(of())).toEqual([1, 2])
  })

  it('nested in each other are savepoints', async () => {
    await inRequest(of(), async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      await failure(
        tx.transaction(async (inner) => {
          await inner.insert(notes).values({ id: 2, text: 'x' })
          await inner.transaction((third) => third.insert(notes).values({ id: 3, text: 'x' }))
          await inner.insert(notes).values({ id: 1, text: 'a double' })
        }),
      )
      await tx.transaction((inner) => inner.insert(notes).values({ id: 4, text: 'x' }))
    })
    expect(await ids(of())).toEqual([1, 4])
  })

  it('report a failed statement whose error was ignored, because nothing is committed then', async () => {
    const error = await failure(
      inRequest(of(), async (tx) => {
        await tx.insert(notes).values({ id: 1, text: 'x' })
        await tx
          .insert(notes)
          .values({ id: 1, text: 'a double' })
          .catch(() => {})
      }),
    )
    expect(postgresError(error)).toMatchObject({ status: 409, code: 'PLINTH_UNIQUE_VIOLATION' })
    expect(await ids(of())).toEqual([])
  })

  it('fail at their end when the commit fails', async () => {
    const error = await failure(
      inRequest(of(), async (tx) => {
        await tx.insert(notes).values({ id: 1, text: 'x' })
        await tx.execute('insert into later values (1, 99)')
      }),
    )
    expect(postgresError(error)).toMatchObject({ code: 'PLINTH_FOREIGN_KEY_VIOLATION' })
    expect(await ids(of())).toEqual([])
  })

  it('cannot be used after their end', async () => {
    const tx = await inRequest(of(), async (tx) => {
      await tx.insert(notes).values({ id: 1, text: 'x' })
      return tx
    })
    const error = await failure(tx.select().from(notes))
    expect(error).toMatchObject({ code: 'PLINTH_TRANSACTION_CLOSED' })
    expect(error.message).toContain('after it was committed')
  })

  it('have the requested isolation level and access mode', async () => {
    const opened = transaction(of(), { isolationLevel: 'serializable', accessMode: 'read only' })
    const tx = (await opened.next()).value as DatabaseTransaction
    const level = await tx.execute('show transaction_isolation')
    expect(level.rows).toEqual([{ transaction_isolation: 'serializable' }])
    const error = await failure(tx.insert(notes).values({ id: 1, text: 'x' }))
    expect(postgresError(error)).toMatchObject({ status: 503 })
    await opened.return()
  })

  it('with a callback commit and roll back too', async () => {
    await of().transaction((tx) => tx.insert(notes).values({ id: 1, text: 'x' }))
    const wrong = new Error('wrong')
    const seen = await failure(
      of().transaction(async (tx) => {
        await tx.insert(notes).values({ id: 2, text: 'x' })
        throw wrong
      }),
    )
    expect(seen).toBe(wrong)
    expect(await ids(of())).toEqual([1])
  })

  it('require a database, not a transaction', async () => {
    await inRequest(of(), async (tx) => {
      expect(await failure(transaction(tx).next())).toMatchObject({
        code: 'PLINTH_DEPENDENCY_INVALID',
      })
    })
  })
}
