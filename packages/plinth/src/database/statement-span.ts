import { errorTypeOf } from '../telemetry/error-type.ts'
import type { ChildStart, Span, SpanAttributes } from '../telemetry/span.types.ts'
import { startChild } from '../telemetry/tracing.ts'
import { describeStatement } from '../sql/describe-statement.ts'
import type {
  Connection,
  Driver,
  QueryResult,
  Statement,
  StatementTrace,
} from './drivers/driver.ts'
import { sqlState } from './drivers/sql-state.ts'

/** Starts the span of a statement. `undefined` if the code that runs it is not recorded. */
export function startStatement(driver: Driver, statement: Statement): StatementSpan | undefined {
  const span = startChild(new StatementStart(driver, statement))
  return span && new StatementSpan(span, statement)
}

/** Sends a statement on a connection, inside its span if it has one. */
export const sendOn = (connection: Connection, statement: Statement): Promise<QueryResult> =>
  statement.trace === undefined
    ? connection.query(statement)
    : statement.trace.send(() => connection.query(statement))

/** Describes a statement when a sink asks, and so never for a request that is not recorded. */
class StatementStart implements ChildStart {
  readonly kind = 'client'
  readonly sql: string
  readonly values: readonly unknown[]
  readonly #driver: Driver

  constructor(driver: Driver, { text, params }: Statement) {
    this.#driver = driver
    this.sql = text
    this.values = params
  }
  get name(): string {
    return describeStatement(this.sql).summary
  }
  attributes(): SpanAttributes {
    const { summary, text } = describeStatement(this.sql)
    return { ...serverOf(this.#driver), 'db.query.summary': summary, 'db.query.text': text }
  }
}

/** A statement with its span, which ends with the result, or with the SQLSTATE of the error. */
class StatementSpan implements StatementTrace {
  readonly #span: Span
  readonly #statement: Statement
  readonly #startedAt = performance.now()
  #sentAt: number | undefined

  constructor(span: Span, statement: Statement) {
    this.#span = span
    this.#statement = statement
  }

  /** Runs code that waits for a connection, and sends the statement with {@link StatementTrace.send}. */
  async run<T>(work: (traced: Statement) => Promise<T>): Promise<T> {
    const span = this.#span
    try {
      const result = await span.runAlone(() => work({ ...this.#statement, trace: this }))
      if (span.isRecording) span.set({ ...this.#wait(), ...rowsOf(result) })
      span.end()
      return result
    } catch (error) {
      const state = sqlState(error)
      if (span.isRecording)
        span.set({
          ...this.#wait(),
          ...(state !== undefined && { 'db.response.status_code': state }),
        })
      span.end(state ?? errorTypeOf(error))
      throw error
    }
  }

  within<T>(work: () => T): T {
    return this.#span.runAlone(work)
  }

  send<T>(send: () => T): T {
    this.#sentAt = performance.now()
    return this.#span.runAlone(send)
  }

  #wait(): SpanAttributes {
    if (this.#sentAt === undefined) return {}
    return { 'plinth.db.wait': Math.round((this.#sentAt - this.#startedAt) * 1000) / 1000 }
  }
}

/** The number of rows; nothing for the connection that BEGIN opened, and for JSON that Postgres wrote. */
function rowsOf(result: unknown): SpanAttributes {
  const rows = (result as Partial<QueryResult> | null | undefined)?.rows
  return Array.isArray(rows) ? { 'db.response.returned_rows': rows.length } : {}
}

const servers = new WeakMap<Driver, Readonly<Record<string, string | number>>>()

/** The attributes of a database, computed once. */
export function serverOf(driver: Driver): Readonly<Record<string, string | number>> {
  const known = servers.get(driver)
  if (known !== undefined) return known
  const url = driver.kind === 'postgres' ? URL.parse(driver.location) : null
  const name = url === null ? '' : decodeURIComponent(url.pathname.slice(1))
  const port = url?.port ?? ''
  const attributes = {
    'db.system.name': 'postgresql',
    ...(name !== '' && { 'db.namespace': name }),
    ...(url !== null && { 'server.address': url.hostname }),
    ...(port !== '' && port !== '5432' && { 'server.port': Number(port) }),
  }
  servers.set(driver, attributes)
  return attributes
}
