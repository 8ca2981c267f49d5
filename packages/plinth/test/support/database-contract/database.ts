import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import type { Database } from '../../../src/database/database.ts'
import { errorContract } from './error.ts'
import { guardContract } from './guard.ts'
import { schema } from './tables.ts'
import { transactionContract } from './transaction.ts'
import { valuesContract } from './values.ts'

/** The contract of a {@link Database} on every engine. */
export function databaseContract(name: string, make: () => Promise<Database>): void {
  describe(`a database on ${name}`, () => {
    let db: Database
    beforeAll(async () => {
      db = await make()
      await db.execute(schema)
    })
    afterAll(() => db?.close())
    beforeEach(() => db.execute('truncate notes, kinds, ruled, later cascade'))

    describe('values', () => valuesContract(() => db))
    describe('transactions', () => transactionContract(() => db))
    describe('the nested transaction guard', () => guardContract(() => db))
    describe('errors', () => errorContract(() => db))
  })
}
