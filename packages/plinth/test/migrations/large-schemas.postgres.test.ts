// Two apps of real size: every migration that is written runs on tables with rows, and nothing differs afterwards.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from 'plinth'
import { testDatabase } from 'plinth/testing'
import { kanbanSteps } from '../support/migrations/kanban-schema.ts'
import { ledgerSteps } from '../support/migrations/ledger-schema.ts'
import { walkModels } from '../support/migrations/walk-models.ts'

describe.each([
  ['a project management app', kanbanSteps(), 36],
  ['an accounting app', ledgerSteps(), 49],
])('%s', (_, steps, count) => {
  let db: Database
  beforeAll(async () => {
    db = await testDatabase({ models: {} })
  })
  afterAll(() => db?.close())

  it(`of ${count} tables is migrated through ten changes without a difference`, async () => {
    const [first, ...changes] = await walkModels(db, steps)
    expect(first?.match(/CREATE TABLE/g)).toHaveLength(count)
    expect(changes).toHaveLength(10)
    for (const change of changes) expect(change).not.toBe('')
  }, 600_000)
})
