import { expect, it } from 'vitest'
import { after } from '../../http/after/after.ts'
import { calmTurn } from '../../http/after/calm-turn.ts'
import { currentRequest, runIsolated } from '../../http/request-scope.ts'
import { createLogger } from '../../logging/logger.ts'
import { AfterTasks } from './after-tasks.ts'

/** Registers tasks as a request would, and lets them run. */
function request(tasks: AfterTasks, ...own: readonly (() => unknown)[]): void {
  runIsolated(() => {
    const state = currentRequest()!
    state.afterQueue = tasks
    for (const task of own) after(task)
    tasks.take(state)
  }, 'request-1')
}

function logged() {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) }
  return { lines, log: createLogger({ level: 'info', format: 'json', destination }) }
}

/** Blocks the event loop in each of some turns, and adds to a list after the last one. */
function blockTurns(count: number, list: string[]): void {
  const until = performance.now() + 150
  while (performance.now() < until);
  if (count === 1) list.push('calm')
  else setImmediate(() => blockTurns(count - 1, list))
}

it('background work waits while the turns of the event loop are long', async () => {
  const order: string[] = []
  setImmediate(() => blockTurns(4, order))
  await calmTurn()
  order.push('work')
  expect(order).toEqual(['calm', 'work'])
})

it('tasks that take too long at shutdown are cut off, and their number is logged', async () => {
  const { lines, log } = logged()
  const tasks = new AfterTasks(log)
  const forever = new Promise(() => {})
  request(
    tasks,
    () => forever,
    () => forever,
  )
  await tasks.drain(20)
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'warn',
      tasks: 2,
      msg: 'work after responses was cut off: it did not finish in time',
    }),
  ])
})

it('a task that throws is logged with the id of its request, and the others run', async () => {
  const { lines, log } = logged()
  const tasks = new AfterTasks(log)
  const ran: string[] = []
  request(
    tasks,
    () => {
      throw new Error('no mail')
    },
    () => {
      ran.push('second')
      after(() => ran.push('added by the second'))
    },
  )
  await tasks.idle()
  expect(ran).toEqual(['second', 'added by the second'])
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'error',
      requestId: 'request-1',
      msg: 'work after the response failed',
      err: expect.objectContaining({ message: 'no mail' }),
    }),
  ])
})

it('more than 10 000 waiting tasks are refused with 503, and accepted again once they ran', async () => {
  const tasks = new AfterTasks(logged().log)
  let ran = 0
  const gate = Promise.withResolvers<void>()
  const hundred = Array.from({ length: 100 }, () => () => gate.promise.then(() => ran++))
  while (!tasks.isFull) request(tasks, ...hundred)
  expect(() => request(tasks, () => {})).toThrow('Too much work is waiting')
  gate.resolve()
  await tasks.idle()
  expect(ran).toBeGreaterThanOrEqual(10_000)
  request(tasks, () => ran++)
  await tasks.idle()
})

it('after() outside of a request, or without a function, is refused with the fix', () => {
  expect(() => after(() => {})).toThrow('it is called outside of a request')
  const tasks = new AfterTasks(logged().log)
  expect(() => request(tasks, Promise.resolve() as unknown as () => void)).toThrow(
    'write after(() => sendMail()), not after(sendMail())',
  )
  const many = Array.from({ length: 101 }, () => () => {})
  expect(() => request(tasks, ...many)).toThrow('a request may have 100 tasks')
})
