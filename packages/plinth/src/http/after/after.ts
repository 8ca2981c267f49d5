import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { type AfterTask, currentRequest } from '../request-scope.ts'

/** The largest number of tasks of one request. */
const mostTasks = 100

/**
 * Runs a function after the response is sent, for work that the client does not have to wait for, such as email.
 *
 * Call it in a handler, a dependency, or any function that they call. After an error the tasks of the request are
 * skipped. A task that throws is logged with the request's id. Tasks run in the same process: a graceful shutdown waits
 * for them, and a crash loses them. For work that must not be lost, enqueue a job of `plinth/jobs`.
 *
 * A task has no request and no transaction of it: use the database itself. Under overload, tasks yield to requests.
 *
 * @throws {PlinthError} `PLINTH_AFTER_INVALID`: it is called outside of a request, after the response, or without a
 * function
 * @throws {HttpError} `PLINTH_OVERLOADED`, 503: 10 000 tasks of other requests are waiting
 * @see https://fastapi.tiangolo.com/tutorial/background-tasks/
 * @example
 * ```ts
 * import { after, router } from 'plinth'
 *
 * const sendMail = async (to: string) => console.log('sent', to)
 * export const invite = router('/invitations').post('/:email', { status: 202 }, ({ params }) => {
 *   after(() => sendMail(params.email))
 *   return { accepted: true }
 * })
 * ```
 */
export function after(task: () => unknown): void {
  if (typeof task !== 'function')
    throw invalid('it needs a function: write after(() => sendMail()), not after(sendMail())')
  const request = currentRequest()
  if (request?.afterQueue === undefined)
    throw invalid(
      'it is called outside of a request, or after the response was sent: call it in a handler or a dependency, before the handler returns',
    )
  const tasks: AfterTask[] = (request.afterTasks ??= [])
  if (tasks.length >= mostTasks)
    throw invalid(`a request may have ${mostTasks} tasks: pass one function that does all of it`)
  if (request.afterQueue.isFull)
    throw new HttpError(503, 'Too much work is waiting', {
      code: 'PLINTH_OVERLOADED',
      headers: { 'retry-after': '5' },
    })
  tasks.push(task)
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_AFTER_INVALID', `after(): ${problem}`)
