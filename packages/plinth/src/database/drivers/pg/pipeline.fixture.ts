import type { PoolClient } from 'pg'
import type { Text } from '../../../http/raw-text.ts'
import type { QueryResult, Statement } from '../driver.ts'
import type { PgInternals } from './internals/internals.ts'
import { PendingStatement } from './pending-statement.ts'
import { Pipeline } from './pipeline.ts'

/** A pipeline without a pool around it: everything sent on it shares its connection. */
export function barePipeline(
  client: PoolClient,
  internals?: PgInternals,
  emptied: () => void = () => {},
) {
  const owner = { emptied, ended: () => {}, answered: () => {} }
  const release = (isBroken: boolean): void => client.release(isBroken)
  const pipeline = new Pipeline({ client, release, internals }, owner)
  const send = (pending: PendingStatement): void => {
    pending.isAlone = false
    pipeline.send(pending)
  }
  return {
    pipeline,
    run: (statement: Statement): Promise<QueryResult> =>
      new Promise((resolve, reject) =>
        send(new PendingStatement(statement, false, { resolve, reject })),
      ),
    text: (statement: Statement): Promise<Text | undefined> =>
      new Promise((resolve, reject) =>
        send(new PendingStatement(statement, true, { resolve, reject })),
      ),
    release: () => pipeline.release(),
  }
}
