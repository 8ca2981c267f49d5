import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { router } from '../routing/router.ts'
import { mcp } from './mcp.ts'
import type { Mcp } from './mcp.types.ts'
import { tool } from './tool.ts'
import type { Tool } from './tool.types.ts'

const user = dependency({ token: bearer() }, ({ token }) => ({ id: token }))
const description = 'A tool.'
const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})

test('a route is marked by an object with a description', () => {
  const routes = router('/a')
  routes.get('/', { tool: { description } }, () => 1)
  // @ts-expect-error Property 'description' is missing
  routes.get('/', { tool: {} }, () => 1)
  // @ts-expect-error Type 'boolean' is not assignable
  routes.get('/', { tool: true }, () => 1)
  // @ts-expect-error 'desc' does not exist
  routes.get('/', { tool: { description, desc: '' } }, () => 1)
})

test('a socket cannot be a tool', () => {
  // @ts-expect-error 'tool' does not exist
  router('/a').socket('/', { tool: { description } }, async function* () {})
})

test('the handler of a tool gets its decoded input and its dependencies, and returns its output', () => {
  const made = tool(
    'plan',
    {
      description,
      input: z.object({ at: when }),
      output: z.object({ at: when }),
      dependencies: { user },
    },
    ({ input, user, signal }) => {
      expectTypeOf(input).toEqualTypeOf<{ at: Date }>()
      expectTypeOf(user).toEqualTypeOf<{ id: string }>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      return { at: input.at }
    },
  )
  expectTypeOf(made).toEqualTypeOf<Tool>()
  // @ts-expect-error is not assignable
  tool('plan', { description, output: z.object({ days: z.int() }) }, () => ({ days: 'two' }))
  // @ts-expect-error Property 'output' is missing
  tool('plan', { description }, () => 1)
  // @ts-expect-error is not assignable
  tool('plan', { description, output: z.int(), dependencies: { input: user } }, () => 1)
})

test('an endpoint names its callers, or says that everyone may list the tools', () => {
  expectTypeOf(mcp({ user })).toEqualTypeOf<Mcp>()
  mcp({ user: null })
  // @ts-expect-error Property 'user' is missing
  mcp({})
})
