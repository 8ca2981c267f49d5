import type { Db } from 'pg-boss'
import type { Connection, Driver, QueryResult, Statement } from '../database/drivers/driver.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { sessionOf } from '../database/session-of.ts'

/** The types `date`, `timestamp` and `timestamptz`. */
const dates: ReadonlySet<number> = new Set([1082, 1114, 1184])

/** Converts dates, which Plinth reads as text, to the `Date`s that pg-boss expects. */
function withDates({ rows, fields }: QueryResult): { rows: Record<string, unknown>[] } {
  const names = fields.flatMap(({ name, dataTypeID }) => (dates.has(dataTypeID) ? [name] : []))
  if (names.length === 0) return { rows }
  return {
    rows: rows.map((row) => {
      const copy = { ...row }
      for (const name of names)
        if (typeof copy[name] === 'string') copy[name] = new Date(copy[name])
      return copy
    }),
  }
}

/** A statement, or a script of several: pg-boss expects the rows of all of them. */
const statement = (text: string, params: readonly unknown[]): Statement => ({
  text,
  params,
  name: undefined,
  arrays: false,
  rowsOfAll: true,
})

async function execute(
  connection: Connection,
  text: string,
  params: readonly unknown[],
): Promise<{ rows: Record<string, unknown>[] }> {
  try {
    return withDates(await connection.query(statement(text, params)))
  } catch (error) {
    // A script that failed in the middle of its own transaction leaves it open.
    if (/^\s*begin\b/i.test(text)) await connection.query(statement('rollback', [])).catch(() => {})
    throw error
  }
}

/** Wakes a worker, because a queue has a new job. Returns false if the queue has no worker here. */
export type Wake = (queue: string) => boolean

/**
 * The driver of a database as pg-boss uses it, so that jobs need no connection pool of their own.
 *
 * On an embedded database each statement waits for its turn, and never runs inside the transaction of a request.
 */
export const bossDatabase = (driver: Driver, wake?: Wake): Db => ({
  async executeSql(text, values = []) {
    const connection = await driver.acquire()
    try {
      const result = await execute(connection, text, values)
      connection.release()
      return result
    } catch (error) {
      connection.release(error)
      throw error
    }
  },
  async listen(channel, onNotification, onReconnect) {
    const close = await driver.listen(channel, {
      message: (queue) => {
        // pg-boss would wake all idle fetchers of the queue.
        if (wake?.(queue) !== true) onNotification(queue)
      },
      gap: onReconnect,
      ended: () => {},
    })
    onReconnect()
    return { close }
  },
})

/** A database or a transaction as pg-boss uses it for one call. */
export function callersDatabase(db: AnyQueryable, by: string): Db {
  const session = sessionOf(db, by)
  return {
    executeSql: async (text, values = []) => withDates(await session.run(statement(text, values))),
  }
}
