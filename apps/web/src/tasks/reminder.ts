import { dateFieldOf, dueText } from './due-date.ts'
import type { Task } from './task.ts'

const clock = (at: Date): string =>
  [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':')

/** Converts `2026-11-23T22:59:00.000Z` to `2026-11-23T23:59`, the local time for a field. */
export const timeFieldOf = (at: string | null): string =>
  at === null ? '' : `${dateFieldOf(at)}T${clock(new Date(at))}`

/** Converts `2026-11-23T23:59` to a date. A field without a valid time is empty. */
export const timeOf = (field: string): Date | null => (field === '' ? null : new Date(field))

/** Formats a time as `Today 15:30` or `3 Dec 09:00`. */
export const reminderText = (at: string, now = new Date()): string =>
  `${dueText(at, now)} ${clock(new Date(at))}`

/** Returns true once the reminder of an open task has come. */
export const isReminded = ({ remindAt, remindedAt, completed }: Task): boolean =>
  remindAt !== null && remindAt === remindedAt && !completed
