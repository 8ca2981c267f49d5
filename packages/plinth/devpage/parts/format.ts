/** Formats milliseconds: `0.4 ms`, `12 ms`, `1.25 s`. */
export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(ms < 1 ? 2 : 1)} ms`
}

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** Formats the time of day: `18:04:59`. */
export const timeOfDay = (at: number): string => clock.format(at)

const number = new Intl.NumberFormat('en-US')

/** Formats a count: `12,345`. */
export const count = (value: number): string => number.format(value)

/** A count with its noun: `1 row`, `2 rows`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`
