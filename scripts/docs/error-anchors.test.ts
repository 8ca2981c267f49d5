import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { app, errorCodes, HttpError, router } from '../../packages/plinth/src/index.ts'
import { slugify } from './slugify.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/errors.md', import.meta.url)), 'utf8')
const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
const anchors = new Set(headings.map(slugify))
const errorsPage = 'https://docs.example.com/errors'

const fail = router('/fail').get('/:code', {}, ({ params }) => {
  const { status, title } = errorCodes[params.code as keyof typeof errorCodes]
  throw new HttpError(status, 'It failed', { code: params.code, title })
})
const api = app({
  title: 'Failures',
  routes: { fail: { fail } },
  problems: { type: (code) => `${errorsPage}#${code.toLowerCase()}` },
})

async function typeOf(path: string, method = 'GET'): Promise<string> {
  const response = await api.fetch(new Request(`http://localhost${path}`, { method }))
  const { type } = (await response.json()) as { type: string }
  return type
}

test('every error code has a section in docs/errors.md, whose anchor is the code in lower case', () => {
  expect(Object.keys(errorCodes).filter((code) => !anchors.has(code.toLowerCase()))).toEqual([])
})

test('the type URI of a response leads to the section of its code in docs/errors.md', async () => {
  const codes = Object.entries(errorCodes).filter(([, { status }]) => status >= 400)
  expect(codes.length).toBeGreaterThan(50)
  for (const [code] of codes) {
    const uri = new URL(await typeOf(`/fail/${code}`))
    expect(uri.href).toBe(`${errorsPage}#${code.toLowerCase()}`)
    expect(anchors, code).toContain(uri.hash.slice(1))
  }
})

test('errors of unknown paths and methods have the type URIs that docs/errors.md shows', async () => {
  for (const [, method, path, uri] of page.matchAll(
    /^\| `(GET|POST) (\S+)`\s*\| `(https:\/\/docs\.example\.com\S+)`/gm,
  ))
    expect(await typeOf(path ?? '', method)).toBe(uri)
  expect(page).toContain(await typeOf('/nothing'))
})
