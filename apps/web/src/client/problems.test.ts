import { app, conflict, HttpError, router } from 'plinth'
import { client } from 'plinth/client'
import * as z from 'zod'
import { expect, it } from 'vitest'
import { isUnreachable, sentenceOf, shownOf } from './problems.ts'

const notes = router('/notes')
const routes = {
  create: notes.post(
    '/',
    { body: z.object({ title: z.string().min(1), at: z.date() }), errors: [409] },
    () => null,
  ),
  broken: notes.get('/broken', { errors: [409] }, () => {
    throw conflict('It is in use')
  }),
  busy: notes.get('/busy', {}, () => {
    throw new HttpError(503, 'Later')
  }),
}
const api = app({ title: 'Notes', routes: { notes: routes } })
const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request), retries: 0 })
const thrown = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.unreachable('the call was refused'),
    (error: unknown) => error,
  )

it('problems are shown next to their fields, in plain words', async () => {
  const error = await thrown(c.post('/notes', { body: { title: '', at: 'soon' } }))
  const { fields, sentence } = shownOf(error, ['title', 'at'])
  expect(fields['title']).toBe('This cannot be empty')
  expect(fields['at']).toBeTruthy()
  expect(sentence).toBe(undefined)
})

it('problems without a shown field are in the sentence', async () => {
  const error = await thrown(c.post('/notes', { body: { title: '', at: 'soon' } }))
  const { fields, sentence } = shownOf(error, ['title'])
  expect(Object.keys(fields)).toEqual(['title'])
  expect(sentence).toMatch(/^at: /)
})

it('a problem without fields is a sentence', async () => {
  const error = await thrown(c.get('/notes/broken'))
  expect(shownOf(error, ['title'])).toEqual({
    fields: {},
    sentence: 'This name is already in use.',
  })
  expect(isUnreachable(error)).toBe(false)
})

it('an unreachable or unavailable service is distinguished from a mistake', async () => {
  const nobody = client<typeof api>('http://test', {
    fetch: () => Promise.reject(new TypeError('refused')),
    retries: 0,
  })
  for (const error of [
    await thrown(nobody.get('/notes/busy')),
    await thrown(c.get('/notes/busy')),
  ]) {
    expect(isUnreachable(error)).toBe(true)
    expect(sentenceOf(error)).toBe('The tasks service is not responding. Nothing was changed.')
  }
  expect(sentenceOf(new Error('a bug'))).toBe('Something went wrong here. Reload the page.')
})
