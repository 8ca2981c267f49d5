import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds of a turn of the event loop up to which requests do not have to wait. */
const calm = 100
/** Milliseconds after which work begins, however long the turns are: it must not starve. */
const patience = 1000

/**
 * Waits for a turn of the event loop that is short, so that background work yields to requests under overload.
 *
 * It takes two turns if there is nothing else to do, and 1 s at most.
 */
export async function calmTurn(): Promise<void> {
  const until = performance.now() + patience
  // The first one ends the turn that is under way.
  await nextTurn()
  for (;;) {
    const from = performance.now()
    await nextTurn()
    const now = performance.now()
    if (now - from < calm || now > until) return
  }
}
