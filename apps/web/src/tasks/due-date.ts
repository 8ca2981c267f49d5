const day = 86_400_000

const two = (value: number): string => String(value).padStart(2, '0')

/** Converts `2026-11-23T22:59:00.000Z` to `2026-11-23`, the local day for a date field. */
export function dateFieldOf(dueAt: string | null): string {
  if (dueAt === null) return ''
  const date = new Date(dueAt)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Converts `2026-11-23` to its last local minute: a task is not overdue on its day. */
export function dueAtOf(field: string): Date | null {
  const [year, month, date] = field.split('-').map(Number)
  if (!year || !month || !date) return null
  return new Date(year, month - 1, date, 23, 59)
}

/** Counts the calendar days from today. */
export function daysUntil(dueAt: string, now = new Date()): number {
  const due = new Date(dueAt)
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
  return Math.round((midnight(due) - midnight(now)) / day)
}

const near: Readonly<Record<number, string>> = { [-1]: 'Yesterday', 0: 'Today', 1: 'Tomorrow' }

/** Formats a date as `Today`, `Tomorrow`, `Friday` within a week, else `3 Dec` or `3 Dec 2027`. */
export function dueText(dueAt: string, now = new Date()): string {
  const days = daysUntil(dueAt, now)
  const word = near[days]
  if (word !== undefined) return word
  const due = new Date(dueAt)
  if (days > 1 && days < 7) return due.toLocaleDateString('en', { weekday: 'long' })
  const year = due.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return due.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...year })
}
