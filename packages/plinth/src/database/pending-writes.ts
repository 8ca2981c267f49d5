import { getTableName, type Table } from 'drizzle-orm'
import { PlinthError } from '../errors/plinth-error.ts'
import { currentRequest, type RequestState, type PendingWrite } from '../http/request-scope.ts'
import { mode } from '../settings/mode.ts'

/** Capturing the place of every write takes a few microseconds, which production saves. */
const hasPlaces = mode() !== 'production'

interface Runnable {
  getSQL?: (...given: unknown[]) => unknown
  execute?: (...given: unknown[]) => unknown
}

/**
 * Remembers a write until it runs, or becomes a part of another statement. Outside of requests it does nothing.
 *
 * @param table - undefined for raw SQL
 */
export function noteWrite<Q extends object>(kind: string, table: object | undefined, query: Q): Q {
  const request = currentRequest()
  if (request === undefined) return query
  const writes = (request.pendingWrites ??= new Map<object, PendingWrite>())
  writes.set(query, { kind, table, place: hasPlaces ? new Error() : undefined })
  // A query of Drizzle's builders asks for its SQL when it runs; raw SQL was built before, and is executed.
  const used = table === undefined ? 'execute' : 'getSQL'
  const runnable: Runnable = query
  const own = runnable[used]
  if (own !== undefined)
    runnable[used] = function (...given) {
      writes.delete(query)
      return own.apply(this, given)
    }
  return query
}

/** Forgets a write that runs in another way, or that another one replaces. */
export const forgetWrite = (query: object): void =>
  void currentRequest()?.pendingWrites?.delete(query)

/** The place of a write in parentheses, for a message; empty if it is not known. */
export const whereBuilt = (query: object): string =>
  inParentheses(currentRequest()?.pendingWrites?.get(query)?.place)

/** Returns the error of the writes that never ran, and forgets them. */
export function takePendingWrites(request: RequestState | undefined): PlinthError | undefined {
  const writes = request?.pendingWrites
  if (writes === undefined || writes.size === 0) return undefined
  const told = [...writes.values()].map(inWords)
  writes.clear()
  return new PlinthError('PLINTH_WRITE_NOT_RUN', told.join('; '))
}

function inWords({ kind, table, place }: PendingWrite): string {
  // Every table of Drizzle has a name, and only tables are noted.
  const of = table === undefined ? '' : ` of "${getTableName(table as Table)}"`
  const where = inParentheses(place)
  return kind === 'change'
    ? `an update or remove${of} has no where(…), and never ran${where}: add .where(condition), or .where(sql\`true\`) for every row`
    : `${kind}${of} was built and never ran${where}: await it, or return it`
}

function inParentheses(place: Error | undefined): string {
  const at = placeOf(place)
  return at === undefined ? '' : ` (${at})`
}

/** The folder of Plinth's code; empty where modules have no folder. */
const own = (import.meta.dirname ?? '').replace(/[\\/]database$/, '')

/** The first place outside of Plinth and Drizzle, such as `file:///app/src/tasks.ts:12:5`. */
function placeOf(place: Error | undefined): string | undefined {
  const line = place?.stack
    ?.split('\n')
    .slice(1)
    .find((each) => !each.includes(own) && !each.includes('/drizzle-orm/'))
  return line && /\(?((?:file:|\/)[^()\s]+)\)?$/.exec(line)?.[1]
}
