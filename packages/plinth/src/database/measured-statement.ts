import { errorTypeOf } from '../telemetry/error-type.ts'
import { metrics } from '../telemetry/metrics.ts'
import type { MetricAttributes } from '../telemetry/metrics/metric-snapshot.types.ts'
import type { Driver, Statement, StatementTrace } from './drivers/driver.ts'
import { sqlState } from './drivers/sql-state.ts'
import { serverOf } from './statement-span.ts'

/** Runs a statement, and records how long the database took: without the wait for a connection. */
export function measured<T>(
  driver: Driver,
  statement: Statement,
  run: (statement: Statement) => Promise<T>,
): Promise<T> {
  const clock = new StatementClock(statement)
  const result = run({ ...statement, trace: clock })
  const record = (errorType?: string): void => {
    const attributes = attributesOf(driver, operationOf(statement.text), errorType)
    metrics()?.duration('db.client.operation.duration', clock.seconds, attributes)
  }
  result.then(
    () => record(),
    (error: unknown) => record(sqlState(error) ?? errorTypeOf(error)),
  )
  return result
}

/** Starts when the statement is sent. */
class StatementClock implements StatementTrace {
  readonly #trace: StatementTrace | undefined
  #since = performance.now()

  constructor({ trace }: Statement) {
    this.#trace = trace
  }
  within<T>(work: () => T): T {
    return this.#trace === undefined ? work() : this.#trace.within(work)
  }
  send<T>(send: () => T): T {
    this.#since = performance.now()
    return this.#trace === undefined ? send() : this.#trace.send(send)
  }
  get seconds(): number {
    return (performance.now() - this.#since) / 1000
  }
}

const operations = new Set(
  'SELECT INSERT UPDATE DELETE MERGE WITH BEGIN COMMIT ROLLBACK SAVEPOINT RELEASE SET COPY CALL CREATE ALTER DROP TRUNCATE LISTEN NOTIFY EXPLAIN'.split(
    ' ',
  ),
)

/** The first word of a statement, of a bounded set. */
function operationOf(text: string): string {
  const word = /^\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? ''
  return operations.has(word) ? word : '_OTHER'
}

// The same object for the same series, so that it is found without a key.
const known = new WeakMap<Driver, Map<string, MetricAttributes>>()

function attributesOf(driver: Driver, operation: string, errorType = ''): MetricAttributes {
  let ofDriver = known.get(driver)
  if (ofDriver === undefined) known.set(driver, (ofDriver = new Map()))
  const key = `${operation} ${errorType}`
  const found = ofDriver.get(key)
  if (found !== undefined) return found
  const attributes = {
    ...serverOf(driver),
    'db.operation.name': operation,
    ...(errorType !== '' && { 'error.type': errorType }),
  }
  ofDriver.set(key, attributes)
  return attributes
}
