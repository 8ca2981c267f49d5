import { describeStatement } from '../sql/describe-statement.ts'
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
  const clock = new StatementClock(driver, statement)
  const result = run(clock.statement)
  result.then(
    () => clock.succeeded(),
    (error: unknown) => clock.failed(error),
  )
  return result
}

/** Measures a statement, from when it is sent until its sender has its result. */
export class StatementClock implements StatementTrace {
  /** The statement to send. */
  readonly statement: Statement
  readonly #driver: Driver
  readonly #trace: StatementTrace | undefined
  #since = performance.now()

  constructor(driver: Driver, statement: Statement) {
    this.#driver = driver
    this.#trace = statement.trace
    this.statement = { ...statement, trace: this }
  }
  succeeded(): void {
    this.#record('')
  }
  failed(error: unknown): void {
    this.#record(sqlState(error) ?? errorTypeOf(error))
  }
  within<T>(work: () => T): T {
    return this.#trace === undefined ? work() : this.#trace.within(work)
  }
  send<T>(send: () => T): T {
    this.#since = performance.now()
    return this.#trace === undefined ? send() : this.#trace.send(send)
  }
  #record(errorType: string): void {
    const attributes = attributesOf(this.#driver, operationOf(this.statement.text), errorType)
    const seconds = (performance.now() - this.#since) / 1000
    metrics()?.duration('db.client.operation.duration', seconds, attributes)
  }
}

const operations = new Set(
  'SELECT INSERT UPDATE DELETE MERGE BEGIN COMMIT ROLLBACK SAVEPOINT RELEASE SET COPY CALL CREATE ALTER DROP TRUNCATE LISTEN NOTIFY EXPLAIN'.split(
    ' ',
  ),
)

/** The operations that most statements begin with, as our queries write them: no expression is needed to find them. */
const common = new Map(
  ['select', 'insert', 'update', 'delete'].map((word) => [word, word.toUpperCase()]),
)
const commonLength = 6

/** The operation of a statement, of a bounded set. */
function operationOf(text: string): string {
  const known = common.get(text.slice(0, commonLength))
  if (known !== undefined) return known
  // Lists that Postgres writes as JSON begin with it.
  const first = text.startsWith('with ')
    ? 'WITH'
    : (/^\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? '')
  const word = first === 'WITH' ? describeStatement(text).operation : first
  return operations.has(word) ? word : '_OTHER'
}

// The same object for the same series, so that it is found without a key.
const known = new WeakMap<Driver, Map<string, MetricAttributes>>()

function attributesOf(driver: Driver, operation: string, errorType: string): MetricAttributes {
  let ofDriver = known.get(driver)
  if (ofDriver === undefined) known.set(driver, (ofDriver = new Map()))
  const key = errorType === '' ? operation : `${operation} ${errorType}`
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
