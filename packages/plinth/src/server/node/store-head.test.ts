import { expect, it } from 'vitest'
import { canStoreHead } from './store-head.ts'

it('this version of Node has the internals that write a head in one piece', () => {
  expect(canStoreHead).toBe(true)
})
