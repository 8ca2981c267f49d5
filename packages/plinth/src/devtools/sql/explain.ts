import { HttpError } from '../../errors/http-error.ts'
import { sharedOf, type Database } from '../../database/database.ts'
import { command, type Connection } from '../../database/drivers/driver.ts'
import { isPureSelect } from '../../database/drivers/pure-sql.ts'
import type { StatementPlan } from './sql.types.ts'
import { planHints } from './plan-hints.ts'
import { planNode, type RawNode } from './plan-node.ts'

/** Statements that EXPLAIN takes. */
const explainable = /^\s*(?:select|insert|update|delete|merge|values|with)\b/i

/** A statement with the values of a request; `undefined` if they are no longer in memory. */
export interface Explained {
  readonly text: string
  readonly values: readonly unknown[] | undefined
}

/** The result of EXPLAIN in JSON. */
interface RawPlan {
  readonly Plan: RawNode
  readonly 'Planning Time'?: number
  readonly 'Execution Time'?: number
}

/**
 * Asks Postgres for the plan of a statement.
 *
 * A `select` that only reads is run, in a read-only transaction that is rolled back. Everything else is planned only.
 *
 * @throws {HttpError} 409: Postgres has no plan for it, or refuses
 */
export async function explain(db: Database, statement: Explained): Promise<StatementPlan> {
  const { text, values } = statement
  if (!explainable.test(text)) throw new HttpError(409, 'Postgres has no plan for this statement')
  const isAnalyzed = values !== undefined && isPureSelect(text)
  const hasValues = values !== undefined
  const options = isAnalyzed ? 'analyze, buffers, ' : hasValues ? '' : 'generic_plan, '
  const connection = await sharedOf(db, 'the development page').driver.acquire()
  let raw: RawPlan
  try {
    raw = await rolledBack(connection, {
      text: `explain (${options}format json) ${text}`,
      params: values ?? [],
    })
  } catch (error) {
    connection.release(error)
    throw new HttpError(409, messageOf(error))
  }
  connection.release()
  const root = planNode(raw.Plan)
  return {
    root,
    isAnalyzed,
    hasValues,
    planning: raw['Planning Time'] ?? null,
    execution: raw['Execution Time'] ?? null,
    hints: planHints(raw.Plan),
  }
}

/** Runs EXPLAIN in a transaction that changes nothing and that ends soon. */
async function rolledBack(
  connection: Connection,
  statement: { readonly text: string; readonly params: readonly unknown[] },
): Promise<RawPlan> {
  await connection.query(command('begin read only'))
  try {
    await connection.query(command("set local statement_timeout = '10s'"))
    const { rows } = await connection.query({ ...statement, name: undefined, arrays: false })
    const result = rows[0]?.['QUERY PLAN']
    const [plan] = (typeof result === 'string' ? JSON.parse(result) : result) as readonly RawPlan[]
    if (plan === undefined) throw new Error('Postgres returned no plan')
    return plan
  } finally {
    await connection.query(command('rollback'))
  }
}

function messageOf(error: unknown): string {
  const { message = String(error), cause } = error as { message?: string; cause?: unknown }
  return cause instanceof Error ? cause.message : message
}
