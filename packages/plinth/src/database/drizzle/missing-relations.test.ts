import { expect, it } from 'vitest'
import { database } from '../database.ts'
import { transaction } from '../transaction.ts'

it('db.query of a database or transaction without relations names the option to pass', async () => {
  const db = database('pglite:memory')
  const words = 'db.query.Task: this database does not know the relations of its models. Pass them'
  const query = (of: object): unknown => (of as { query: Record<string, unknown> }).query['Task']
  expect(() => query(db)).toThrow(words)
  for await (const tx of transaction(db)) expect(() => query(tx)).toThrow(words)
})
