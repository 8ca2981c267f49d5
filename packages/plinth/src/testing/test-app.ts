import type { App } from '../app/app.types.ts'
import { internals } from '../http/internals.ts'
import type { AnyRoute, AppErrors, ProblemDocuments } from '../routing/client-route.types.ts'
import { testSocket } from './test-socket.ts'
import type {
  ReceivedFrom,
  SentTo,
  SocketTarget,
  TestSocket,
  TestSocketOptions,
} from './test-socket.types.ts'

/** A copy of an app for one test. */
export interface TestApp<Routes extends AnyRoute, Errors extends AppErrors = ProblemDocuments>
  extends App<Routes, Errors>, AsyncDisposable {
  /**
   * Opens a socket of the app, in memory: `await using socket = await test.socket('/rooms/1')`.
   *
   * @param target - its path with values, and its query string
   * @throws {ClientError} from `plinth/client`: the handshake was refused; `status` and `problem` say why
   */
  socket<T extends SocketTarget<Routes>>(
    target: T,
    options?: TestSocketOptions,
  ): Promise<TestSocket<SentTo<Routes, T>, ReceivedFrom<Routes, T>>>
}

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
): TestApp<Routes, Errors> {
  const copy = api[internals].fork()
  const { respond } = copy[internals]
  return Object.assign(copy, {
    socket: (target: string, options: TestSocketOptions = {}) =>
      testSocket(respond, target, options),
    [Symbol.asyncDispose]: () => copy.stop(),
    // The types of its messages follow from those of the app.
  }) as TestApp<Routes, Errors>
}
