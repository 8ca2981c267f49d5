import { PlinthError } from '../errors/plinth-error.ts'
import type { JobOptions } from './job.types.ts'

/** Creates the error of a wrong declaration. */
export const invalidJob = (name: string, problem: string, cause?: unknown): PlinthError =>
  new PlinthError('PLINTH_JOB_INVALID', `job "${name}": ${problem}`, { cause })

interface Range {
  readonly least: number
  readonly most: number
  /** The unit: a value is a multiple of it. */
  readonly step: number
}

const day = 86_400_000
const seconds = (most: number): Range => ({ least: 1000, most, step: 1000 })

/** The numbers among the options. pg-boss counts in seconds, and a fraction would be lost silently. */
const ranges = {
  retries: { least: 0, most: 1000, step: 1 },
  retryDelay: seconds(day),
  retryDelayMax: seconds(day),
  deadline: seconds(day - 1000),
  concurrency: { least: 1, most: 1000, step: 1 },
  keepDays: { least: 1, most: 365, step: 1 },
} as const satisfies Partial<Record<keyof JobOptions, Range>>

const uniques: readonly unknown[] = [undefined, 'waiting', 'unfinished', 'ordered']

/** @throws {PlinthError} `PLINTH_JOB_INVALID` */
export function checkJobOptions(name: string, options: JobOptions): void {
  if (!/^[\w.-]{1,100}$/.test(name))
    throw invalidJob(
      name,
      'a name has 1 to 100 letters, digits, "_", "-" or ".", such as "welcome-mail"',
    )
  for (const [key, range] of Object.entries(ranges))
    checkNumber(options[key as keyof typeof ranges], range, (problem) =>
      invalidJob(name, `${key} ${problem}`),
    )
  if (!uniques.includes(options.unique))
    throw invalidJob(name, "unique is 'waiting', 'unfinished' or 'ordered'")
}

/** Checks a number, and throws what `refuse` makes of the problem. */
export function checkNumber(
  value: number | undefined,
  { least, most, step }: Range,
  refuse: (problem: string) => PlinthError,
): void {
  if (value === undefined) return
  if (Number.isInteger(value / step) && value >= least && value <= most) return
  const counted = step === 1 ? 'a whole number' : 'whole seconds, in milliseconds:'
  throw refuse(`is ${value}, and must be ${counted} from ${least} to ${most}`)
}
