import type { Connection } from './driver.ts'

/** Milliseconds that a health probe waits for a connection of the pool. */
const patience = 100

/** Milliseconds for everything that a probe does on a connection of its own. */
export const probeTimeout = 900

/**
 * Takes a connection for a health probe.
 *
 * If every connection of the pool is busy, it gets one of its own: a busy service is not an unavailable one.
 *
 * @param pooled - a connection of the pool. If it comes too late, it goes back to the pool.
 * @param own - opens a connection outside the pool
 */
export async function probeConnection(
  pooled: Promise<Connection>,
  own: () => Promise<Connection>,
): Promise<Connection> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, patience, undefined)
  const connection = await Promise.race([pooled.catch(() => undefined), late])
  clearTimeout(timer)
  if (connection !== undefined) return connection
  pooled.then(
    (unused) => unused.release(),
    () => {},
  )
  return await own()
}
