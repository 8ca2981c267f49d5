import { Hono } from 'hono'
import { expect, expectTypeOf, it } from 'vitest'
import { app } from './app.ts'
import type { Mount } from './app.types.ts'
import { files } from '../http/files/files.ts'
import type { Middleware } from '../http/middleware/middleware.types.ts'
import { router } from '../routing/router.ts'

const hono = new Hono()
const inner = app({ title: 'Inner', routes: {} })

it('mounts are fetch handlers, apps, folders of files, and handlers with limits', () => {
  expectTypeOf(hono.fetch).toExtend<Mount>()
  expectTypeOf(inner).toExtend<Mount>()
  expectTypeOf(files('public')).toExtend<Mount>()
  expectTypeOf((request: Request) => new Response(request.url)).toExtend<Mount>()
  expectTypeOf({ handler: hono.fetch, maxBody: 1, deadline: 0 }).toExtend<Mount>()
  // An object with a fetch is not one: its fetch is.
  expectTypeOf(hono).not.toExtend<Mount>()
  expectTypeOf(() => 'text').not.toExtend<Mount>()
  expectTypeOf<'public'>().not.toExtend<Mount>()
})

it('a mount begins with a slash', () => {
  app({ title: 'Outer', routes: {}, mount: { '/a': hono.fetch } })
  // @ts-expect-error …'a' does not exist in type…
  expect(() => app({ title: 'Outer', routes: {}, mount: { a: hono.fetch } })).toThrow()
})

it('a middleware returns a response, and not the middleware itself', () => {
  expectTypeOf(async (request: Request, next: (same: Request) => Promise<Response>) =>
    next(request),
  ).toExtend<Middleware>()
  expectTypeOf(() => undefined).not.toExtend<Middleware>()
  expectTypeOf((request: Request) => () => new Response(request.url)).not.toExtend<Middleware>()
})

it('every context has the address of the client, and no dependency has that name', () => {
  router('/a').get('/', {}, ({ client }) => {
    expectTypeOf(client.address).toEqualTypeOf<string | undefined>()
  })
})
