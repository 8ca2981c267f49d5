import { expect, test } from 'vitest'
import { overloadPicture } from './overload-picture.ts'

const result = { p50: 5, p99: 10, refused: 0, unanswered: 0, rss: 1, recovery: 0 }

test('the picture has a line for each server, with a point for each load that has a value', () => {
  const svg = overloadPicture({
    results: [
      { ...result, contender: 'plinth', factor: 1, goodput: 100 },
      { ...result, contender: 'plinth', factor: 5, goodput: 50 },
      { ...result, contender: 'fastify', factor: 5, goodput: 0, p99: Number.NaN },
    ],
  })
  const [goodput, p99] = [...svg.matchAll(/<polyline points="([^"]*)"[^>]*#2563eb/g)].map(
    ([, points = '']) => points.split(' ').length,
  )
  expect({ goodput, p99 }).toEqual({ goodput: 2, p99: 2 })
  expect(svg.match(/<circle[^>]*#94a3b8/g)).toHaveLength(1)
})
