import type { DevEndpoint } from '../frame/endpoint.types.ts'
import { boundedTransaction } from './bounded-transaction.ts'
import { planChange, runChange } from './change-row.ts'
import { readRow, readRows, readSummaries } from './read-rows.ts'
import { databaseOf, readTable } from './table-catalog.ts'

/** The endpoints of the view "Tables": rows are read a page at a time, and changed one at a time. */
export const tableEndpoints: readonly DevEndpoint[] = [
  { method: 'GET', path: '/tables', run: ({ service }) => readSummaries(service) },
  {
    method: 'GET',
    path: '/tables/:id/rows',
    run: ({ service, params, query }) => readRows(service, params['id'] ?? '', query),
  },
  {
    method: 'GET',
    path: '/tables/:id/row',
    run: async ({ service, params, query }) => {
      const table = await readTable(service, params['id'] ?? '')
      const row = await boundedTransaction(databaseOf(service), 'read only', (run) =>
        readRow(table, Object.fromEntries(query), run),
      )
      return { table, row }
    },
  },
  {
    method: 'POST',
    path: '/tables/:id/plan',
    run: ({ service, params, body }) => planChange(service, params['id'] ?? '', body),
  },
  {
    method: 'POST',
    path: '/tables/:id/change',
    run: ({ service, params, body }) => runChange(service, params['id'] ?? '', body),
  },
]
