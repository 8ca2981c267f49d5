import { expect, it } from 'vitest'
import * as z from 'zod'
import { dependency } from '../dependencies/dependency.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

interface Answered {
  readonly status: number
  readonly body: string
  /** What happened to the dependencies, in order. */
  readonly events: readonly string[]
}

/** What comes of a route's result, beside dependencies that are closed before and after the answer. */
async function answerOf(response: z.ZodType | undefined, give: () => unknown): Promise<Answered> {
  const events: string[] = []
  const kept = (scope: 'request' | 'response') =>
    dependency(
      function* () {
        try {
          yield events.push(`open ${scope}`)
          events.push(`${scope} went well`)
        } finally {
          events.push(`close ${scope}`)
        }
      },
      { scope },
    )
  const dependencies = { after: kept('response'), before: kept('request') }
  const get = router('/odd').get('/', { ...(response && { response }), dependencies }, give)
  const api = app({ title: 'Odd', routes: { odd: { get } } })
  const answer = await api.fetch(new Request('http://test/odd'))
  const body = await answer.text()
  await expect.poll(() => events.includes('close response')).toBe(true)
  return { status: answer.status, body, events }
}

async function used(): Promise<Response> {
  const response = new Response('once')
  await response.text()
  return response
}

it('closes what is open after the answer, where no answer can be made of the result', async () => {
  const { status, events } = await answerOf(undefined, used)
  expect(status).toBe(500)
  expect(events).toEqual([
    'open response',
    'open request',
    'request went well',
    'close request',
    'close response',
  ])
})

it.each<[string, (resolve: (value: string) => void) => unknown]>([
  [
    'calls back at once, and gives nothing',
    (resolve) => {
      resolve('once')
    },
  ],
  [
    'calls back twice',
    (resolve) => {
      resolve('once')
      resolve('twice')
      return Promise.resolve('thrice')
    },
  ],
])('a result with a `then` that %s is waited for as by await', async (_how, then) => {
  // oxlint-disable-next-line unicorn/no-thenable -- it is what is tried
  const { status, body } = await answerOf(z.string(), () => ({ then }))
  expect([status, body]).toEqual([200, '"once"'])
})
