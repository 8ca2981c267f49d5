import { InvalidArgumentError } from 'commander'

const seconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

/** Parses `90`, `90s`, `15m`, `1h` or `7d` to seconds. */
export function duration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? []
  const length = Number(count) * (seconds[unit] ?? 1)
  if (!(length > 0)) throw new InvalidArgumentError('Write it as 90s, 15m, 1h or 7d.')
  return length
}
