import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing/conformance/seeded-random.ts'
import { quotaOf } from './limit-store.ts'
import { MemoryLimits } from './memory-limits.ts'

const minute = 60_000

function limitsAt(start = 1_800_000_000_123, most?: number) {
  const clock = { now: start }
  return { clock, limits: new MemoryLimits(most, () => clock.now) }
}

describe('a limit in memory', () => {
  it('never lets more than its limit through in any window, however the requests arrive', () => {
    const random = seededRandom(7)
    const { clock, limits } = limitsAt()
    const quota = quotaOf(20, 60)
    const passed: number[] = []
    for (let n = 0; n < 20_000; n++) {
      // Bursts, steady traffic, and pauses.
      clock.now += random.oneIn(50) ? random.int(0, minute) : random.int(0, 200)
      if (limits.hit('ann', quota).allowed) passed.push(clock.now)
    }
    expect(passed.length).toBeGreaterThan(1000)
    for (const [at, time] of passed.entries()) {
      const later = passed[at + 20]
      if (later !== undefined) expect(later - time).toBeGreaterThanOrEqual(minute)
    }
  })

  it('lets a caller through again as soon as it said', () => {
    const { clock, limits } = limitsAt()
    const quota = quotaOf(2, 60)
    limits.hit('ann', quota)
    clock.now += 20_000
    limits.hit('ann', quota)
    const { allowed, remaining, reset } = limits.hit('ann', quota)
    expect({ allowed, remaining }).toEqual({ allowed: false, remaining: 0 })
    // A hit counts for at most a thirtieth longer than the window.
    expect(reset).toBeGreaterThanOrEqual(40_000)
    expect(reset).toBeLessThanOrEqual(42_000)
    clock.now += Math.ceil(reset) - 1
    expect(limits.hit('ann', quota).allowed).toBe(false)
    clock.now += 1
    expect(limits.hit('ann', quota).allowed).toBe(true)
    expect(limits.hit('ann', quota).allowed).toBe(false)
  })

  it('counts each key by itself', () => {
    const { limits } = limitsAt()
    const quota = quotaOf(1, 60)
    expect(['ann', 'bob', 'ann'].map((key) => limits.hit(key, quota).allowed)).toEqual([
      true,
      true,
      false,
    ])
  })

  it('forgets keys whose hits no longer count, and never has more than its most', () => {
    const { clock, limits } = limitsAt(0, 100)
    const quota = quotaOf(1, 60)
    for (let n = 0; n < 1000; n++) limits.hit(`a${n}`, quota)
    expect(limits.size).toBe(100)
    clock.now += 2 * minute
    limits.hit('b', quota)
    expect(limits.size).toBe(1)
  })

  it('counts on while its clock is set back', () => {
    const { clock, limits } = limitsAt()
    const quota = quotaOf(2, 60)
    limits.hit('ann', quota)
    clock.now -= 3 * minute
    expect(limits.hit('ann', quota).allowed).toBe(true)
    expect(limits.hit('ann', quota).allowed).toBe(false)
  })
})
