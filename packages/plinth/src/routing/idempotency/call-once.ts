import { TransactionConnection } from '../../database/transaction-connection.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { RequestRun } from '../request-run.ts'
import { invalidKey, readIdempotencyKey } from './idempotency-key.ts'
import type { IdempotentRoute } from './idempotent-route.ts'
import { keptResponse, Replayed } from './kept-response.ts'

/**
 * Calls the handler of an idempotent route, unless the response to the key of the request is kept already.
 *
 * @param call - calls the handler
 * @throws {HttpError} `PLINTH_IDEMPOTENCY_KEY_INVALID`, 400; `PLINTH_IDEMPOTENCY_IN_FLIGHT`, 409;
 * `PLINTH_IDEMPOTENCY_KEY_REUSED`, 422
 * @throws {PlinthError} `PLINTH_IDEMPOTENCY_TRANSACTION`: the route has no transaction
 */
export function callOnce(
  run: RequestRun,
  idempotent: IdempotentRoute,
  call: (run: RequestRun) => unknown,
): unknown {
  const connection = transactionOf(run)
  const header = run.exchange.incoming.headers.get('idempotency-key')
  if (header !== null) return callWithKey(run, { connection, header, idempotent, call })
  if (idempotent.isRequired)
    throw invalidKey(
      'This request needs the header Idempotency-Key, with a unique key such as a UUID',
    )
  return call(run)
}

interface KeyedCall {
  readonly connection: TransactionConnection
  readonly header: string
  readonly idempotent: IdempotentRoute
  readonly call: (run: RequestRun) => unknown
}

async function callWithKey(
  run: RequestRun,
  { connection, header, idempotent, call }: KeyedCall,
): Promise<unknown> {
  const { route, exchange, instances } = run
  const caller = instances.values[idempotent.caller]
  // An anonymous caller of a route for users shares its keys with other anonymous ones.
  const key = readIdempotencyKey(header, caller === undefined)
  const content = await contentOfRequest(run)
  const { claimKey } = await import('../../limits/idempotency.ts')
  const claimed = await claimKey({
    connection,
    scope: JSON.stringify([caller ?? null, route.method, route.path]),
    key,
    content,
    keep: idempotent.keep,
  })
  // The deadline may have passed meanwhile, and then the handler must not run.
  if (exchange.ended !== undefined) throw exchange.ended
  if (typeof claimed !== 'function') return new Replayed(claimed)
  run.keepResult = async (result) => {
    const { kept, sent } = await keptResponse(run, result)
    await claimed(kept)
    return sent
  }
  return call(run)
}

/** The transaction of the handler, in which the key is stored. */
function transactionOf({ route, scope }: RequestRun): TransactionConnection {
  const open = [...(scope?.transactions ?? [])].filter(
    (one) => one instanceof TransactionConnection,
  )
  const [only] = open
  if (only !== undefined && open.length === 1) return only
  throw new PlinthError(
    'PLINTH_IDEMPOTENCY_TRANSACTION',
    open.length === 0
      ? `${route.operationId} is idempotent, and none of its dependencies opens a transaction, in which its keys are stored: add one, dependencies: { db: session }, with session = dependency({ db }, ({ db }) => transaction(db))`
      : `${route.operationId} is idempotent, and its dependencies open ${open.length} transactions, so that it is not known which one stores its keys: open one`,
  )
}

/** Everything that must be the same in a retry: the URL and the body. */
async function contentOfRequest({ route, exchange, input }: RequestRun): Promise<string> {
  const { target } = exchange.incoming
  if (route.body !== undefined) return JSON.stringify([target, input.body], comparable)
  // The handler reads the request itself, and may find its body unread.
  const bytes = exchange.hasRequest
    ? await exchange.request.clone().bytes()
    : ((await exchange.bodyNow(route.limits.body)) as Uint8Array | undefined)
  return JSON.stringify([target, bytes && Buffer.from(bytes).toString('base64')])
}

/** Writes values that JSON has no form for. */
function comparable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Set || value instanceof Map) return [...value]
  return value
}
