import { QueryClient } from '@tanstack/react-query'
import { expect, it } from 'vitest'
import { filterOf, queryOf } from './task-filter.ts'
import { holds, showAtOnce, tasksPath, withChange, withoutTask, withTask } from './task-cache.ts'
import type { Task } from './task.ts'

const task = (id: string): Task => ({
  id,
  title: id,
  description: null,
  completed: false,
  priority: 'medium',
  dueAt: null,
  remindAt: null,
  remindedAt: null,
  projectId: null,
  userId: 'ann',
  tags: [],
  createdAt: '2026-11-23T00:00:00.000Z',
  updatedAt: '2026-11-23T00:00:00.000Z',
})

/** A cache of one list in two pages, and one of another path. */
function cached() {
  const queries = new QueryClient()
  const key = [tasksPath, { query: {} }]
  queries.setQueryData(key, {
    pages: [
      { items: [task('a'), task('b')], next: 'x' },
      { items: [task('c')], next: null },
    ],
    pageParams: [null, 'x'],
  })
  queries.setQueryData([`${tasksPath}/stats`, {}], { total: 3 })
  const ids = () =>
    queries
      .getQueryData<{ pages: { items: Task[] }[] }>(key)
      ?.pages.map(({ items }) => items.map(({ id, completed }) => id + (completed ? '!' : '')))
  return { queries, ids }
}

it.each([
  ['a new task comes first', withTask(task('n')), [['n', 'a', 'b'], ['c']]],
  ['a deleted one is gone', withoutTask('b'), [['a'], ['c']]],
  ['a change is seen', withChange('c', { completed: true }), [['a', 'b'], ['c!']]],
])('%s, and can be undone', async (_, changed, expected) => {
  const { queries, ids } = cached()
  const before = ids()
  const takeBack = await showAtOnce(queries, changed)
  expect(ids()).toEqual(expected)
  expect(queries.getQueryData([`${tasksPath}/stats`, {}])).toEqual({ total: 3 })
  takeBack()
  expect(ids()).toEqual(before)
})

it('a new task is shown in the lists that match it', async () => {
  const open = task('n')
  const lists = [
    '',
    'status=all',
    'status=done',
    'priority=medium',
    'priority=high',
    'q=n',
    'tag=n',
  ]
  const holding = lists.filter((address) =>
    holds([tasksPath, { query: queryOf(filterOf(new URLSearchParams(address))) }], open),
  )
  expect(holding).toEqual(['', 'status=all', 'priority=medium'])
  const { queries, ids } = cached()
  await showAtOnce(queries, withTask(open), () => false)
  expect(ids()).toEqual([['a', 'b'], ['c']])
})
