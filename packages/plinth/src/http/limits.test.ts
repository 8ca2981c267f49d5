import { describe, expect, it } from 'vitest'
import { completeLimits, defaultLimits } from './limits.ts'

describe('the limits that are not set', () => {
  it('shed load by the event-loop delay in production alone', () => {
    expect(completeLimits({}, 'production').eventLoopDelay).toBeGreaterThan(0)
    expect(completeLimits({}, 'development').eventLoopDelay).toBe(0)
    expect(completeLimits({}, 'test').eventLoopDelay).toBe(0)
  })

  it('are the same in every mode otherwise', () => {
    const { eventLoopDelay: _, ...limits } = defaultLimits
    expect(completeLimits({}, 'production')).toMatchObject(limits)
  })

  it('give way to those that are set', () => {
    expect(completeLimits({ eventLoopDelay: 0, body: 10 }, 'production')).toMatchObject({
      eventLoopDelay: 0,
      body: 10,
    })
  })
})
