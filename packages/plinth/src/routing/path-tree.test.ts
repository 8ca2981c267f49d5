import { describe, expect, test } from 'vitest'
import { isPlainPath, PathTree } from './path-tree.ts'
import { RouteTable } from './route-table.ts'

/** The same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const words = ['tasks', 'stats', 'a', 'a.b', 'A', '0']
const pathOf = (next: (below: number) => number, names: boolean): string => {
  const parts = Array.from({ length: 1 + next(4) }, (_, at) =>
    names && next(3) === 0 ? `:name${at}` : (words[next(words.length)] as string),
  )
  return `/${parts.join('/')}`
}
const shapeOf = (path: string): string => path.replaceAll(/:[^/]+/g, ':')
/** What a path is asked for by: one of the routes' own, another one, or one with something odd in it. */
const askedOf = (next: (below: number) => number, routes: readonly string[]): string => {
  const path =
    next(3) === 0
      ? pathOf(next, false)
      : routes[next(routes.length)]!.replaceAll(/:\w+/g, () => words[next(words.length)]!)
  const odd = ['', '', '', '/', '//', '%20', '/x'][next(7)]!
  return next(5) === 0 ? path.replace('/', `/${odd}`) : path + odd
}

describe('plain paths', () => {
  test('are those of words and names', () => {
    const paths = ['/', '/tasks', '/tasks/:id', '/docs/app.js', '/files/*', '/:id?', '/:id{[0-9]+}']
    expect(paths.filter(isPlainPath)).toEqual(['/', '/tasks', '/tasks/:id', '/docs/app.js'])
  })

  test('a word goes before a name, and the way back is found', () => {
    const tree = new PathTree<string>()
    for (const path of ['/tasks/:id', '/tasks/stats', '/tasks/stats/:day/by', '/:all/:of/them'])
      tree.add(path, path)
    expect(tree.find('/tasks/stats')).toMatchObject({ value: '/tasks/stats', pathValues: {} })
    expect(tree.find('/tasks/7')).toMatchObject({ value: '/tasks/:id', pathValues: { id: '7' } })
    expect(tree.find('/tasks/stats/them')).toMatchObject({
      value: '/:all/:of/them',
      pathValues: { all: 'tasks', of: 'stats' },
    })
    expect(tree.find('/tasks/')).toBeUndefined()
    expect(tree.find('/tasks/stats/')).toBeUndefined()
    expect(tree.find('/')).toBeUndefined()
  })

  test('are found as Hono finds them: 20,000 paths in 500 tables', () => {
    let found = 0
    for (let seed = 1; seed <= 500; seed++) {
      const next = random(seed)
      const shapes = new Map<string, string>()
      for (let n = 0; n < 12; n++) {
        const path = pathOf(next, true)
        if (!shapes.has(shapeOf(path))) shapes.set(shapeOf(path), path)
      }
      const routes = [...shapes.values()]
      const entries = routes.map((path) => ({ method: 'GET', path, value: path }))
      const own = new RouteTable(entries)
      // One path that is not plain, which is never asked for, has Hono find all of its method.
      const hono = new RouteTable([...entries, { method: 'GET', path: '/~/:n{[0-9]+}', value: '' }])
      for (let n = 0; n < 40; n++) {
        const asked = askedOf(next, routes)
        const there = hono.find('GET', asked)
        expect(own.find('GET', asked), `${asked} in ${routes.join(' ')}`).toEqual(there)
        if (there.kind === 'found') found++
      }
    }
    expect(found).toBeGreaterThan(8000)
  })
})

test('a method whose paths are not all plain is searched by Hono, others are not', () => {
  const table = new RouteTable([
    { method: 'GET', path: '/files/*', value: 'files' },
    { method: 'GET', path: '/files/:id', value: 'file' },
    { method: 'POST', path: '/files/:id', value: 'post' },
  ])
  expect(table.find('GET', '/files/a/b')).toMatchObject({ value: 'files' })
  expect(table.find('GET', '/files/a')).toMatchObject({ value: 'file', pathValues: { id: 'a' } })
  expect(table.find('POST', '/files/a')).toMatchObject({ value: 'post', pathValues: { id: 'a' } })
  expect(table.find('POST', '/files/a/b')).toEqual({ kind: 'wrong-method', allow: 'GET, HEAD' })
  expect(table.find('PUT', '/files/a')).toEqual({ kind: 'wrong-method', allow: 'GET, HEAD, POST' })
})
