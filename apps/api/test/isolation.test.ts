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

/** Operations without authentication. */
const open: readonly string[] = []
const guarded = operations.filter(({ operationId }) => !open.includes(operationId))

it('every operation is tried', () => {
  expect(Object.keys(tries).toSorted()).toEqual(
    operations.map(({ operationId }) => operationId).toSorted(),
  )
})

it('a user cannot see, change or guess another user’s rows', async () => {
  const test = await startTestApi()
  try {
    expect(await isolation(test)).toEqual([])
  } finally {
    await test.close()
  }
})

describe.each(guarded)('$operationId without a token', ({ method, path }) => {
  const body = method === 'POST' || method === 'PATCH' ? { title: 1, unknown: true } : undefined

  it('returns 401 without details of its parameters', async () => {
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
