import type { Logger } from './logger.types.ts'
import { complain, quietly } from './quietly.ts'

type Flushable = Logger & { flush?(): unknown }

/** A log that does not throw, and can be flushed. */
export type UnfailingLog = Logger & { flush(): Promise<void> }

/** Wraps a log so that it never throws, for callers that could not handle the error. */
export const unfailing = (log: Flushable): UnfailingLog => ({
  debug: (facts, message) => quietly(() => log.debug(facts, message)),
  info: (facts, message) => quietly(() => log.info(facts, message)),
  warn: (facts, message) => quietly(() => log.warn(facts, message)),
  error: (facts, message) => quietly(() => log.error(facts, message)),
  child: (facts) => unfailing(log.child(facts)),
  async flush() {
    try {
      await log.flush?.()
    } catch (error) {
      complain(error)
    }
  },
})
