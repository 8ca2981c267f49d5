import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { formatFinding } from './finding.ts'
import { checkSizes } from './room-sizes.ts'

const findingsIn = (files: Readonly<Record<string, number>>): string[] => {
  using planted = plant(
    Object.fromEntries(
      Object.entries(files).map(([path, lines]) => [`src/${path}`, '// a line\n'.repeat(lines)]),
    ),
  )
  return checkSizes(planted.root, 'src').map(formatFinding)
}

const many = (folder: string, count: number, lines = 1): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${folder}/f${at}.ts`, lines]))

test('a source file has at most 330 lines, a test may have more', () => {
  expect(findingsIn({ 'a/b.ts': 330, 'a/b.test.ts': 331, 'a/b.fixture.ts': 331 })).toEqual([])
  expect(findingsIn({ 'a/b.ts': 331 })).toEqual([
    'src/a/b.ts has 331 lines; a source file has at most 330: split it',
  ])
})

test('a folder has at most 30 source files of its own', () => {
  expect(findingsIn({ ...many('a', 30), ...many('a/b', 30), 'a/f.test.ts': 1 })).toEqual([])
  expect(findingsIn(many('a', 31))).toEqual([
    'src/a has 31 source files; a folder has at most 30: group them by concept',
  ])
})

test('a room has at most 21 % of the source lines', () => {
  const rooms = { a: 2, b: 2, c: 2, d: 2 }
  const even = Object.keys(rooms).flatMap((room) => Object.entries(many(room, 2, 105)))
  const rest = Object.entries(many('e', 2, 80))
  expect(findingsIn(Object.fromEntries([...even, ...rest]))).toEqual([])
  expect(findingsIn(Object.fromEntries([...even, ...rest, ['a/more.ts', 10]]))).toEqual([
    'src/a has 21.8 % of the source lines; a room has at most 21 %: split it',
  ])
})
