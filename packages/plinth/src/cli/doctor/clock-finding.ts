import { ok, problem, type Finding } from './finding.ts'

/** Allowed difference in seconds: the default leeway of `betterAuth()`. */
const leeway = 5

/** A reading of another clock. */
export interface ClockReading {
  /** The uncertainty of the reading, in milliseconds. */
  readonly error: number
  /** The time of the reading by this machine's clock. */
  readonly at: number
}

/** Compares this machine's clock with another; `theirs` is in milliseconds since 1970. */
export function clockFinding(whose: string, theirs: number, { error, at }: ClockReading): Finding {
  const ahead = at - theirs
  const seconds = Math.round(Math.abs(ahead) / 1000)
  if (!(Math.abs(ahead) - error > leeway * 1000))
    return ok('clock-skew', `This machine’s clock agrees with that of ${whose}`)
  return problem(
    'clock-skew',
    `This machine’s clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} that of ${whose}: tokens are refused because they ${ahead > 0 ? 'seem to have expired' : 'seem not to be valid yet'}`,
    'Synchronize the clock over the network (NTP): timedatectl set-ntp true, or your system’s equivalent',
  )
}
