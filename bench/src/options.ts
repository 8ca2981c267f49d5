import { parseArgs } from 'node:util'
import { type ContenderName, contenderNames } from './contenders.ts'
import { type JobName, jobNames } from './jobs.ts'

/** The options of a run. */
export interface BenchOptions {
  readonly jobs: readonly JobName[]
  readonly only: readonly ContenderName[]
  /** Seconds of load per contender in a round of a job. */
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  readonly scale: boolean
  /** Measures what servers do with more requests than they can serve, and nothing else. */
  readonly overload: boolean
  /** The file for all numbers. */
  readonly json: string | undefined
  /** If true, writes `results/`, and the tables and the picture of the README. */
  readonly record: boolean
}

export const usage = `npm run bench -- [options]

  --jobs list,read        which jobs (${jobNames.join(', ')}); default: all
  --only plinth,limit     which contenders (${contenderNames.join(', ')}); default: all
  --seconds 5             how long each is loaded in a round of a job
  --rounds 5              how many rounds, each with every contender in turn
  --connections 32        how many connections ask at once
  --scale                 how the cost of a list grows, with connections, rows and routes
  --overload               what servers do with more requests than they can serve; --seconds of each load
  --json FILE             write all numbers to a file
  --record                write them to bench/results and into bench/README.md`

/**
 * Reads the command line.
 *
 * @throws {Error} an unknown option, or an invalid value
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: 'string', default: jobNames.join(',') },
      only: { type: 'string', default: contenderNames.join(',') },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '32' },
      scale: { type: 'boolean', default: false },
      overload: { type: 'boolean', default: false },
      json: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  })
  const only = namesIn(values.only, contenderNames, 'contender')
  return {
    jobs: namesIn(values.jobs, jobNames, 'job'),
    // All results are relative to Plinth.
    only: only.includes('plinth') ? only : ['plinth', ...only],
    seconds: within(values.seconds, { name: '--seconds', min: 0.1, max: 60 }),
    rounds: Math.round(within(values.rounds, { name: '--rounds', min: 1, max: 100 })),
    connections: Math.round(
      within(values.connections, { name: '--connections', min: 1, max: 512 }),
    ),
    scale: values.scale,
    overload: values.overload,
    json: values.json,
    record: values.record,
  }
}

function namesIn<T extends string>(text: string, known: readonly T[], what: string): T[] {
  const asked = new Set(text.split(',').map((name) => name.trim()))
  const unknown = [...asked].filter((name) => !known.some((other) => other === name))
  if (unknown.length > 0)
    throw new Error(`There is no ${what} ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
  return known.filter((name) => asked.has(name))
}

function within(text: string, { name, min, max }: { name: string; min: number; max: number }) {
  const value = Number(text)
  if (text.trim() !== '' && value >= min && value <= max) return value
  throw new Error(`${name} must be a number from ${min} to ${max}`)
}
