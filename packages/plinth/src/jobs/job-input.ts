import type * as z from 'zod'
import { compiled, type Compiled } from '../schemas/compiled.ts'
import { wire } from '../schemas/wire.ts'
import { invalidJob } from './check-job-options.ts'

/** The largest stored input, in bytes of JSON. */
const largest = 1_048_576

/** The result of reading stored input. */
export type ReadInput =
  | { readonly ok: true; readonly value: object }
  | { readonly ok: false; readonly issues: readonly object[] }

/** The input of a job in both directions: as its handler gets it, and as JSON in the database. */
export class JobInput {
  readonly #job: string
  readonly #schema: Compiled | undefined

  constructor(job: string, schema: z.core.$ZodType | undefined) {
    this.#job = job
    this.#schema = schema && compiled(wire(schema, 'json'))
  }

  /**
   * Returns the JSON to store.
   *
   * @throws {PlinthError} `PLINTH_JOB_INVALID`: it does not fit the schema, or is too large
   */
  encode(value: object): object {
    const stored = this.#schema === undefined ? this.#nothing(value) : this.#encoded(value)
    const size = Buffer.byteLength(JSON.stringify(stored))
    if (size > largest)
      throw invalidJob(
        this.#job,
        `the input has ${size} bytes, and at most ${largest} can be stored: store the data in a table, and pass its id`,
      )
    return stored
  }

  #encoded(value: object): object {
    const encoded = this.#schema!.encode(value)
    if (!encoded.ok)
      throw invalidJob(this.#job, `the input does not fit its schema: ${inWords(encoded.issues)}`)
    const stored = encoded.value
    if (typeof stored === 'object' && stored !== null) return stored
    throw invalidJob(this.#job, 'the input is not an object: write z.object({ … })')
  }

  #nothing(value: object): object {
    if (Object.keys(value).length === 0) return {}
    throw invalidJob(
      this.#job,
      'it declares no input, and was given one: add input: z.object({ … })',
    )
  }

  /** Reads stored input. It may be of an older version of the app. */
  decode(stored: unknown): ReadInput {
    if (this.#schema === undefined) return { ok: true, value: {} }
    const read = this.#schema.decode(stored)
    if (read.ok) return { ok: true, value: read.value as object }
    return {
      ok: false,
      issues: read.issues.slice(0, 20).map(({ path, message }) => ({ path, message })),
    }
  }
}

const inWords = (issues: readonly z.core.$ZodIssue[]): string =>
  issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the value'}: ${message}`)
    .join('; ')
