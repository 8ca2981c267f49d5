// @module-tag postgres
// The short form of `npm run load -- channels`.
import { expect, it } from 'vitest'
import { problemsOf, publishMany } from './channels.load.ts'

it('three processes receive each committed message once and in order per key, and go on after Postgres restarts', async () => {
  const outcome = await publishMany({ transactions: 600, restarts: true })
  expect(problemsOf(outcome)).toEqual([])
  for (const of of outcome.received) for (const all of Object.values(of)) expect(all).toContain(-1)
})
