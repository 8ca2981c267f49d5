import { HttpError } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'

/**
 * The value that a subscription with `gaps: true` yields in place of messages that may have been missed.
 *
 * @example
 * ```ts
 * import { channel, database, gap } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const prices = channel('prices', z.object({ cents: z.int() }))
 * for await (const price of prices.subscribe(db, 'gold', { gaps: true }))
 *   console.log(price === gap ? 'read the price again' : price.cents)
 * ```
 */
export const gap: unique symbol = Symbol('plinth.gap')

/** Ends an iteration whose reader may have missed messages. */
export const missedMessages = (reason: string): HttpError =>
  stackless(
    () =>
      new HttpError(
        503,
        `Messages may have been missed: ${reason}. Read the state again, and subscribe again`,
        {
          code: 'PLINTH_CHANNEL_GAP',
        },
      ),
  )
