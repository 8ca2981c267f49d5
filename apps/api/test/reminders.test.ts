import { expect, it } from 'vitest'
import { db } from '../src/database.ts'
import { remind } from '../src/reminders.ts'
import { unknownId, useTestApi } from './test-api.ts'

const { app, call } = await useTestApi()

const past = '2026-01-01T09:00:00.000Z'
const later = '2031-01-01T09:00:00.000Z'

const make = async (body: object) =>
  (await call('ann', 'POST', '/api/tasks', { title: 'x', ...body })).body
const patch = async (id: string, body: object) =>
  (await call('ann', 'PATCH', `/api/tasks/${id}`, body)).body
const read = async (id: string) => (await call('ann', 'GET', `/api/tasks/${id}`)).body
/** The times of the reminders that wait for a task. */
const waiting = async (id: string) =>
  (await app.jobs.enqueued(remind))
    .filter(({ input }) => input.taskId === id)
    .map(({ at }) => at.toISOString())

it('a task with a reminder gets one, when its time has come', async () => {
  const [due, early] = [await make({ remindAt: past }), await make({ remindAt: later })]
  expect([await waiting(due.id), await waiting(early.id)]).toEqual([[past], [later]])
  await app.jobs.run()
  expect(await read(due.id)).toMatchObject({ remindAt: past, remindedAt: past })
  expect(await read(early.id)).toEqual(early)
  expect([await waiting(due.id), await waiting(early.id)]).toEqual([[], [later]])
})

it('a task has one reminder, which follows its changes', async () => {
  const { id } = await make({})
  expect(await waiting(id)).toEqual([])
  await patch(id, { remindAt: later })
  await patch(id, { remindAt: past })
  expect(await waiting(id)).toEqual([past])
  await patch(id, { remindAt: null })
  expect(await waiting(id)).toEqual([])
  await patch(id, { remindAt: later })
  await call('ann', 'POST', `/api/tasks/${id}/complete`)
  expect(await waiting(id)).toEqual([])
  await patch(id, { completed: false })
  expect(await waiting(id)).toEqual([later])
  await call('ann', 'DELETE', `/api/tasks/${id}`)
  expect(await waiting(id)).toEqual([])
})

it('a change that is rolled back leaves the reminder as it was', async () => {
  const { id } = await make({ remindAt: later })
  const refused = await call('ann', 'PATCH', `/api/tasks/${id}`, {
    remindAt: past,
    tagIds: [unknownId],
  })
  expect(refused.status).toBe(409)
  expect(await waiting(id)).toEqual([later])
})

it('a reminder comes once, however often its job runs or the task is saved', async () => {
  const { id } = await make({ remindAt: past })
  await app.jobs.run()
  const reminded = await read(id)
  await patch(id, { remindAt: past })
  const saved = await read(id)
  expect(await waiting(id)).toEqual([past])
  await app.jobs.run()
  expect(await read(id)).toEqual({ ...reminded, updatedAt: saved.updatedAt })
})

it('the job of a reminder that was moved does nothing', async () => {
  const { id } = await make({ remindAt: past })
  await app.run(db, (own) => remind.enqueue(own, { taskId: id, at: new Date(later) }))
  await patch(id, { remindAt: null })
  await app.jobs.run()
  expect((await read(id)).remindedAt).toBe(null)
})

it('callers cannot set that they were reminded', async () => {
  const answer = await call('ann', 'POST', '/api/tasks', { title: 'x', remindedAt: past })
  expect(answer.status).toBe(422)
})
