import { expect, it } from 'vitest'
import { addressOf, filterOf, isNarrowed, queryOf, type TaskFilter } from './task-filter.ts'

const usual = filterOf(new URLSearchParams())

it('an address without parameters lists open tasks, newest first', () => {
  expect(queryOf(usual)).toEqual({ sort: '-createdAt', completed: false })
  expect(addressOf(usual)).toBe('/')
  expect(isNarrowed(usual)).toBe(false)
})

it('a filter goes into the address and comes back the same', () => {
  const filter: TaskFilter = {
    status: 'all',
    sort: 'dueAt',
    q: 'bread & milk',
    priority: 'high',
    project: '0e6a7a1e-6a5c-4c0e-9d6f-0d6a6a6a6a6a',
    tag: 'an errand',
  }
  const address = new URL(addressOf(filter), 'http://localhost')
  expect(filterOf(address.searchParams)).toEqual(filter)
  expect(isNarrowed(filter)).toBe(true)
  expect(queryOf(filter)).toEqual({
    sort: 'dueAt',
    q: 'bread & milk',
    priority: 'high',
    projectId: filter.project,
    tag: 'an errand',
  })
})

it('invalid parameters are ignored, and spaces alone do not search', () => {
  const odd = new URLSearchParams('status=lost&sort=size&priority=none&q=%20%20')
  expect(queryOf(filterOf(odd))).toEqual({ sort: '-createdAt', completed: false })
})
