import { expect, test } from 'vitest'
import { overloadPicture } from './overload-picture.ts'

const result = { p50: 5, p99: 10, refused: 0, unanswered: 0, rss: 1, recovery: 0 }

test('the picture has a line for each server, with a point for each load that has a value', () => {
  const svg = overloadPicture({
    results: [
      { ...result, contender: 'plinth', factor: 1, served: 100 },
      { ...result, contender: 'plinth', factor: 5, served: 50 },
      { ...result, contender: 'fastify', factor: 5, served: 0, p99: Number.NaN },
    ],
  })
  const [served, p99] = [...svg.matchAll(/<polyline points="([^"]*)"[^>]*#2563eb/g)].map(
    ([, points = '']) => points.split(' ').length,
  )
  expect({ served, p99 }).toEqual({ served: 2, p99: 2 })
  expect(svg.match(/<circle[^>]*#94a3b8/g)).toHaveLength(1)
})
