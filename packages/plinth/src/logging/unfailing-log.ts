import type { Logger } from './logger.types.ts'
import { complain, quietly } from './quietly.ts'

type Flushable = Logger & { flush?(): unknown }

/** A log that does not throw, and can be emptied. */
export type UnfailingLog = Logger & { flush(): Promise<void> }

/** The same log, for where nobody would catch what it throws. */
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
