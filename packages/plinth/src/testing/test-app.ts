import type { App } from '../app/app.types.ts'
import { internals } from '../http/internals.ts'
import type { AnyRoute, AppErrors, ProblemDocuments } from '../routing/client-route.types.ts'

/**
 * Copies an app for one test, so that its overrides affect no other test.
 *
 * Close it with `await using`.
 *
 * @example
 * ```ts
 * import { app, dependency, router } from 'plinth'
 * import { testApp } from 'plinth/testing'
 *
 * const clock = dependency(() => new Date())
 * const times = router('/time', { dependencies: { clock } })
 * const api = app({ title: 'Time', routes: { times: { now: times.get('/', {}, ({ clock }) => ({ at: clock })) } } })
 *
 * await using test = testApp(api)
 * test.override(clock, () => new Date(0))
 * const response = await test.fetch(new Request('http://test/time'))
 * ```
 */
export function testApp<Routes extends AnyRoute, Errors extends AppErrors = ProblemDocuments>(
  api: App<Routes, Errors>,
): App<Routes, Errors> & AsyncDisposable {
  const copy = api[internals].fork()
  return Object.assign(copy, { [Symbol.asyncDispose]: () => copy.stop() })
}
