import { describe, expect, it } from 'vitest'
import { isolation, tries } from './isolation.ts'
import { startTestApi, unknownId, useTestApi } from './test-api.ts'

const { app, call } = await useTestApi()

const operations = Object.entries(app.openapi().paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path: path.replaceAll(/\{\w+\}/g, unknownId),
    method: method.toUpperCase(),
    ...operation,
  })),
)

/** Operations that anybody may call. */
const open: readonly string[] = []
const guarded = operations.filter(({ operationId }) => !open.includes(operationId))

it('tries every operation that there is', () => {
  expect(Object.keys(tries).toSorted()).toEqual(
    operations.map(({ operationId }) => operationId).toSorted(),
  )
})

it('lets nobody see, change or guess what is another’s', async () => {
  const test = await startTestApi()
  try {
    expect(await isolation(test)).toEqual([])
  } finally {
    await test.close()
  }
})

describe.each(guarded)('$operationId without a token', ({ method, path }) => {
  const body = method === 'POST' || method === 'PATCH' ? { title: 1, unknown: true } : undefined

  it('is 401, and says nothing of what it takes', async () => {
    const answer = await call(null, method, path, body)
    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Not authenticated',
      status: 401,
      detail: expect.any(String),
      code: 'PLINTH_UNAUTHORIZED',
      requestId: expect.any(String),
    })
  })
})
