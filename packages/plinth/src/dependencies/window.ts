import { PlinthError } from '../errors/plinth-error.ts'

/** A span of time, such as `'30s'`, `'1m'`, `'24h'` or `'7d'`. */
export type Window = `${number}${'s' | 'm' | 'h' | 'd'}`

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const longest = 366 * 86_400

/**
 * Returns the seconds of a window.
 *
 * @throws {PlinthError} `PLINTH_LIMITS_INVALID`: it has another form, or is longer than a year
 */
export function secondsOf(window: string, where: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(window) ?? []
  const seconds = Number(count) * (units[unit] ?? Number.NaN)
  if (seconds > 0 && seconds <= longest) return seconds
  throw new PlinthError(
    'PLINTH_LIMITS_INVALID',
    `${where} cannot be ${JSON.stringify(window)}: write it as '30s', '1m', '24h' or '7d', up to a year`,
  )
}
