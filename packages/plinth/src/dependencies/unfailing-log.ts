import type { Logger } from './context.ts'
import { quietly } from './quietly.ts'

type Flushable = Logger & { flush?(): void }

/** The same log, for where nobody would catch what it throws. */
export const unfailing = (log: Flushable): Required<Flushable> => ({
  debug: (facts, message) => quietly(() => log.debug(facts, message)),
  info: (facts, message) => quietly(() => log.info(facts, message)),
  warn: (facts, message) => quietly(() => log.warn(facts, message)),
  error: (facts, message) => quietly(() => log.error(facts, message)),
  child: (facts) => unfailing(log.child(facts)),
  flush: () => quietly(() => log.flush?.()),
})
