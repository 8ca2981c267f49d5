import { describe, expect, test } from 'vitest'
import { PathTree } from './path-tree.ts'
import { RouteTable } from './route-table.ts'

/** A random number below a limit: the same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const words = ['tasks', 'stats', 'a', 'a.b', 'A', '0', 'über', 'a b', '@me']
type Next = (below: number) => number
const word = (next: Next): string => words[next(words.length)]!

function randomRoute(next: Next): string {
  const parts = Array.from({ length: 1 + next(4) }, (_, at) =>
    next(3) === 0 ? `:name${at}` : word(next),
  )
  if (next(4) === 0) parts.push(':rest*')
  return `/${parts.join('/')}`
}
const shapeOf = (path: string): string => path.replaceAll(/:\w+/g, ':')

/** A path to look up: one that some route matches, another one, or one with something odd in it. */
function randomPath(next: Next, routes: readonly string[]): string {
  const pattern = next(3) === 0 ? randomRoute(next) : routes[next(routes.length)]!
  const path = pattern
    .replaceAll(/:rest\*/g, () => ['', 'x', 'x/y', 'tasks/', '/'][next(5)]!)
    .replaceAll(/:\w+/g, () => word(next))
  const sent = next(2) === 0 ? encodeURI(path) : path.replaceAll(/[^/]/gu, encodeURIComponent)
  const odd = ['', '', '', '/', '//', '%20', '/x', '%', '%2F'][next(9)]!
  return next(5) === 0 ? sent.replace('/', `/${odd}`) : sent + odd
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * A simple router to compare with, which tries every route.
 *
 * Of two matches it takes the one whose first differing segment is stronger: literal text, then a name, then the rest.
 */
function simpleFind(routes: readonly string[], path: string): object | undefined {
  const sent = path.slice(1).split('/')
  const found = routes.flatMap((route) => {
    const parts = route.slice(1).split('/')
    const rank: number[] = []
    const pathValues: Record<string, string> = {}
    for (const [at, part] of parts.entries()) {
      const name = /^:(\w+)/.exec(part)?.[1]
      if (part.endsWith('*')) {
        if (sent.length < at) return []
        pathValues[name!] = sent.slice(at).join('/')
        return [{ route, pathValues, rank: [...rank, 3] }]
      }
      const text = sent[at]
      if (text === undefined) return []
      if (name !== undefined) {
        if (text === '') return []
        pathValues[name] = text
      } else if (decoded(text) !== part) return []
      rank.push(name === undefined ? 1 : 2)
    }
    return sent.length === parts.length ? [{ route, pathValues, rank }] : []
  })
  const [best] = found.toSorted((a, b) => (a.rank.join('') < b.rank.join('') ? -1 : 1))
  return (
    best && {
      kind: 'found',
      route: { method: 'GET', path: best.route },
      pathValues: best.pathValues,
    }
  )
}

describe('a path tree', () => {
  const tree = new PathTree<string>()
  for (const path of [
    '/tasks/:id',
    '/tasks/stats',
    '/tasks/stats/:day/by',
    '/:all/:of/them',
    '/files/:path*',
    '/files/:id/name',
  ])
    tree.add(path, path)

  test('tries literal text before a name, and goes back if that leads nowhere', () => {
    expect(tree.find('/tasks/stats')).toMatchObject({ route: '/tasks/stats', pathValues: {} })
    expect(tree.find('/tasks/7')).toMatchObject({ route: '/tasks/:id', pathValues: { id: '7' } })
    expect(tree.find('/tasks/stats/them')).toMatchObject({
      route: '/:all/:of/them',
      pathValues: { all: 'tasks', of: 'stats' },
    })
    for (const path of ['/tasks/', '/tasks/stats/', '/', '', 'tasks/7'])
      expect(tree.find(path), path).toBeUndefined()
  })

  test.each([
    ['/files/a', '/files/:path*', { path: 'a' }],
    ['/files/a/b%2Fc/', '/files/:path*', { path: 'a/b%2Fc/' }],
    ['/files/', '/files/:path*', { path: '' }],
    ['/files', '/files/:path*', { path: '' }],
    ['/files/a/name', '/files/:id/name', { id: 'a' }],
    ['/files/a/them', '/files/:path*', { path: 'a/them' }],
  ])('finds %s as %s with %j', (path, route, pathValues) => {
    expect(tree.find(path)).toEqual({ kind: 'found', route, pathValues })
  })

  test.each([
    ['/über', '/%C3%BCber'],
    ['/%C3%BCber', '/%c3%bcber'],
    ['/a b', '/a%20b'],
    ['/a%20b', '/a%20b'],
    ['/@me', '/%40me'],
    ['/x~y', '/x%7Ey'],
    ['/100%', '/100%25'],
    ['/a%2Fb', '/a%2fb'],
  ])('finds the literal path %s by the URL %s', (route, path) => {
    const literal = new PathTree<string>()
    literal.add(route, route)
    expect(literal.find(path)).toMatchObject({ route })
  })

  test('does not take an encoded slash for a slash, or bytes that are not UTF-8 for text', () => {
    expect(tree.find('/tasks%2F7')).toBeUndefined()
    expect(tree.find('/tasks/%ff')).toMatchObject({ pathValues: { id: '%ff' } })
    expect(tree.find('/%ff')).toBeUndefined()
  })

  test('does not match literal text whose letters or digits are encoded', () => {
    const literal = new PathTree<string>()
    for (const path of ['/items', '/v1', '/%2541']) literal.add(path, path)
    for (const path of ['/%69tems', '/v%31', '/%41']) expect(literal.find(path)).toBeUndefined()
    expect(literal.find('/%2541')).toMatchObject({ route: '/%2541' })
  })
})

test('a route table finds 20,000 paths in 500 tables as a simple search of all routes does', () => {
  let found = 0
  for (let seed = 1; seed <= 500; seed++) {
    const next = random(seed)
    const shapes = new Map<string, string>()
    for (let n = 0; n < 12; n++) {
      const path = randomRoute(next)
      if (!shapes.has(shapeOf(path))) shapes.set(shapeOf(path), path)
    }
    const routes = [...shapes.values()]
    const table = new RouteTable(routes.map((path) => ({ method: 'GET', path })))
    for (let n = 0; n < 40; n++) {
      const path = randomPath(next, routes)
      const expected = simpleFind(routes, path)
      expect(table.find('GET', path), `${path} in ${routes.join(' ')}`).toEqual(
        expected ?? { kind: 'unknown' },
      )
      if (expected !== undefined) found++
    }
  }
  expect(found).toBeGreaterThan(8000)
})

test('a route table finds the routes of GET for HEAD, and lists the methods that a path allows', () => {
  const table = new RouteTable([
    { method: 'GET', path: '/files/:path*' },
    { method: 'GET', path: '/files/:id' },
    { method: 'POST', path: '/files/:id' },
  ])
  const route = (path: string) => ({ route: { path } })
  expect(table.find('GET', '/files/a/b')).toMatchObject(route('/files/:path*'))
  expect(table.find('HEAD', '/files/a')).toMatchObject(route('/files/:id'))
  expect(table.find('POST', '/files/a')).toMatchObject(route('/files/:id'))
  expect(table.find('POST', '/files/a/b')).toEqual({ kind: 'wrong-method', allow: 'GET, HEAD' })
  expect(table.find('PUT', '/files/a')).toEqual({ kind: 'wrong-method', allow: 'GET, HEAD, POST' })
  expect(table.find('GET', '/other')).toEqual({ kind: 'unknown' })
})
