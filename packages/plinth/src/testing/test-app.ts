import type { App } from '../app/app.types.ts'
import { internals } from '../http/internals.ts'
import type { AnyRoute, AppErrors, ProblemDocuments } from '../routing/client-route.types.ts'
import { JobTester, type TestJobs } from './test-jobs.ts'
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
  /** The background jobs of the app. */
  readonly jobs: TestJobs
  /** Resolves when the work that requests have handed to `after()` is done, for a response that streams. */
  settled(): Promise<void>
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
 * `fetch` resolves when the tasks of `after()` are done, too. Background jobs run with `jobs.run()`. Close the copy with
 * `await using`.
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
  const own = copy[internals]
  const jobs = new JobTester(own.jobs)
  const fetch = copy.fetch.bind(copy)
  const run = copy.run.bind(copy)
  return Object.assign(copy, {
    jobs,
    settled: () => own.afterTasks(),
    fetch: async (request: Request) => {
      await jobs.ready()
      const response = await fetch(request)
      await own.afterTasks()
      return response
    },
    run: (async (asked, use) => {
      await jobs.ready()
      return await run(asked, use)
    }) satisfies App['run'],
    socket: async (target: string, options: TestSocketOptions = {}) => {
      await jobs.ready()
      return await testSocket(own.respond, target, options)
    },
    [Symbol.asyncDispose]: () => copy.stop(),
    // The types of its messages follow from those of the app.
  }) as TestApp<Routes, Errors>
}
