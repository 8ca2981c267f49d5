import { ok, problem, type Finding } from './finding.ts'

/** Seconds by which clocks may differ: what `betterAuth()` allows unless it is told otherwise. */
const leeway = 5

/** How a clock was read. */
export interface ClockReading {
  /** Milliseconds by which the other clock may have been read wrongly. */
  readonly error: number
  /** When it was read, by this machine's clock. */
  readonly at: number
}

/** What a difference of two clocks means; `theirs` is in milliseconds since 1970. */
export function clockFinding(whose: string, theirs: number, { error, at }: ClockReading): Finding {
  const ahead = at - theirs
  const seconds = Math.round(Math.abs(ahead) / 1000)
  if (!(Math.abs(ahead) - error > leeway * 1000))
    return ok('clock-skew', `This machine’s clock agrees with that of ${whose}`)
  return problem(
    'clock-skew',
    `This machine’s clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} that of ${whose}: tokens are refused as ${ahead > 0 ? 'expired, or held for too short' : 'not valid yet'}`,
    'Set the clock by the network: timedatectl set-ntp true, or what your system or its host has for it',
  )
}
