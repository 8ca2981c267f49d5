import { expect, it } from 'vitest'
import { dateFieldOf, daysUntil, dueAtOf, dueText } from './due-date.ts'

const now = new Date(2026, 10, 23, 15, 30)
const at = (year: number, month: number, date: number, hour = 12): string =>
  new Date(year, month - 1, date, hour).toISOString()

it('a day survives the date field and back, whatever the time zone', () => {
  for (const day of ['2026-11-23', '2024-02-29', '2026-03-29', '2026-10-25'])
    expect(dateFieldOf(dueAtOf(day)!.toISOString())).toBe(day)
  expect(dueAtOf('')).toBe(null)
  expect(dateFieldOf(null)).toBe('')
})

it('a task is not overdue before the end of its day', () => {
  expect(dueAtOf('2026-11-23')!.getTime()).toBeGreaterThan(now.getTime())
})

it('days are counted by the calendar, and not in hours', () => {
  expect(daysUntil(at(2026, 11, 24, 0), now)).toBe(1)
  expect(daysUntil(at(2026, 11, 22, 23), now)).toBe(-1)
  expect(daysUntil(at(2026, 11, 23, 0), now)).toBe(0)
})

it.each([
  [at(2026, 11, 22), 'Yesterday'],
  [at(2026, 11, 23), 'Today'],
  [at(2026, 11, 24), 'Tomorrow'],
  [at(2026, 11, 27), 'Friday'],
  [at(2026, 11, 30), '30 Nov'],
  [at(2026, 11, 20), '20 Nov'],
  [at(2027, 1, 2), '2 Jan 2027'],
])('%s is shown as %s', (due, text) => {
  expect(dueText(due, now)).toBe(text)
})
