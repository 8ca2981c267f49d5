import { incomingRequestOf, type IncomingRequest } from '../http/incoming-request.ts'
import { Exchange } from '../http/exchange.ts'
import type { Injectable } from '../dependencies/dependency.ts'
import { close, succeeded, type RequestOutcome } from '../dependencies/generator.ts'
import { Instances } from '../dependencies/instances.ts'
import { make } from '../dependencies/make.ts'
import { plan } from '../dependencies/plan.ts'
import type { AppState } from '../routing/app-state.ts'
import { withPendingWrites } from '../routing/pending-writes.ts'
import { currentScope } from '../http/request-scope.ts'
import { PlinthError } from '../errors/plinth-error.ts'

interface Outside<R> {
  readonly app: AppState
  readonly use: (value: unknown) => R | Promise<R>
  /** The request that its credentials are read from. Default: it has no request. */
  readonly incoming?: IncomingRequest
}

/** Creates a dependency outside of a route, uses it, and closes it as a request would. */
export async function runOutside<R>(
  asked: Injectable,
  { app, use, incoming }: Outside<R>,
): Promise<R> {
  const planned = plan([{ value: asked }], app.overrides)
  const input = planned.steps.find(
    ({ kind }) => kind === 'parameter' || (kind === 'credential' && incoming === undefined),
  )
  if (input !== undefined)
    throw new PlinthError(
      'PLINTH_DEPENDENCY_INVALID',
      `run() has no request, and the dependency reads ${input.kind === 'parameter' ? `the ${input.parameter.source} parameter "${input.name}"` : 'a credential'}: override that dependency, or pass another one to run()`,
    )
  const exchange = new Exchange(
    incoming ?? incomingRequestOf(new Request('http://localhost/')),
    incoming?.requestId ?? crypto.randomUUID(),
    app.setup.log,
  )
  const instances = new Instances(exchange, app.scope)
  const state = currentScope()?.request
  if (state !== undefined) state.afterQueue = app.afterTasks
  let outcome: RequestOutcome = succeeded
  let result: R | undefined
  try {
    const noParameter = (): undefined => undefined
    await make(planned.guards, instances, noParameter)
    await make(planned.makers, instances, noParameter)
    result = await use(instances.values[planned.named[0]?.[1] ?? 0])
  } catch (error) {
    outcome = { failed: true, error }
  }
  const lost = (error: unknown, name: string): void =>
    exchange.log.error({ err: error, dependency: name }, 'a dependency could not be closed')
  const writer = { scope: currentScope(), exchange }
  outcome = await close(instances.opened, withPendingWrites(writer, outcome), lost)
  outcome = await close(instances.openedForResponse, outcome, lost)
  outcome = withPendingWrites(writer, outcome)
  if (outcome.failed) throw outcome.error
  app.afterTasks.take(state)
  return result as R
}
