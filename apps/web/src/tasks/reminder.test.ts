import { expect, it } from 'vitest'
import { isReminded, reminderText, timeFieldOf, timeOf } from './reminder.ts'
import type { Task } from './task.ts'

const now = new Date(2026, 10, 23, 15, 30)
const at = (date: number, hour: number): string => new Date(2026, 10, date, hour, 5).toISOString()

it('the time of a reminder survives its field and back, whatever the time zone', () => {
  for (const field of ['2026-11-23T00:00', '2024-02-29T23:59', '2026-06-01T12:30'])
    expect(timeFieldOf(timeOf(field)!.toISOString())).toBe(field)
  expect(timeOf('')).toBe(null)
  expect(timeFieldOf(null)).toBe('')
})

it('the time of a reminder is shown with its day', () => {
  expect(reminderText(at(23, 16), now)).toBe('Today 16:05')
  expect(reminderText(at(30, 9), now)).toBe('30 Nov 09:05')
})

it('a reminder has come once the API marks its time, until the time is changed or the task is done', () => {
  const remindAt = at(23, 9)
  const task = { remindAt, remindedAt: remindAt, completed: false } as Task
  expect(isReminded(task)).toBe(true)
  expect(isReminded({ ...task, remindedAt: null })).toBe(false)
  expect(isReminded({ ...task, remindAt: at(24, 9) })).toBe(false)
  expect(isReminded({ ...task, completed: true })).toBe(false)
  expect(isReminded({ ...task, remindAt: null, remindedAt: null })).toBe(false)
})
