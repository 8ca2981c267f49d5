import { expect, it } from 'vitest'
import * as z from 'zod'
import { dependency } from '../dependencies/dependency.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

interface OddResponse {
  readonly status: number
  readonly body: string
  /** The events of the dependencies, in order. */
  readonly events: readonly string[]
}

/** Returns the response to a result, and the events of dependencies that are closed before and after the response. */
async function responseTo(
  schema: z.ZodType | undefined,
  give: () => unknown,
): Promise<OddResponse> {
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
  const get = router('/odd').get('/', { ...(schema && { response: schema }), dependencies }, give)
  const api = app({ title: 'Odd', routes: { odd: { get } } })
  const response = await api.fetch(new Request('http://test/odd'))
  const body = await response.text()
  await expect.poll(() => events.includes('close response')).toBe(true)
  return { status: response.status, body, events }
}

async function used(): Promise<Response> {
  const response = new Response('once')
  await response.text()
  return response
}

it('dependencies of scope response are closed if the result cannot be encoded', async () => {
  const { status, events } = await responseTo(undefined, used)
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
    'calls back at once, and returns nothing',
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
])('a result with a `then` that %s is awaited like a promise', async (_how, then) => {
  // oxlint-disable-next-line unicorn/no-thenable -- the subject of the test
  const { status, body } = await responseTo(z.string(), () => ({ then }))
  expect([status, body]).toEqual([200, '"once"'])
})
