import { expect, test } from 'vitest'
import * as z from 'zod'
import { taskId, userId } from './dataset.ts'

test('the id of a task is a valid UUID, different for each task of each user', () => {
  const ids = [1, 2].flatMap((user) => [1, 2].map((n) => taskId(userId(user), n)))
  expect(ids.every((id) => z.uuid().safeParse(id).success)).toBe(true)
  expect(new Set(ids).size).toBe(4)
  expect(taskId('user-0001', 200)).toBe('15308857-26a6-4f6f-8c89-4a3e176d4277')
})
