import { clientTypesOf } from '../openapi/client-types/client-types.ts'
import { internals } from '../http/internals.ts'
import type { App } from './app.types.ts'

/**
 * Writes an app's types as one declaration file, for a frontend in another repository.
 *
 * `client<Api>(url)` then equals `client<typeof api>(url)` in the backend's repository. The file imports nothing. It
 * comes from the schemas of the routes, as their values are on the wire, with their descriptions. Types that only the
 * compiler knows are `unknown`: the result of a route without a `response` schema, and of a `.transform()`.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import * as z from 'zod'
 * import { app, router } from 'plinth'
 * import { clientTypes } from 'plinth/openapi'
 *
 * const greetings = router('/greetings')
 * const greet = greetings.get('/:name', { response: z.object({ text: z.string() }) },
 *   ({ params }) => ({ text: `Hello ${params.name}` }))
 * const api = app({ title: 'Greetings', routes: { greetings: { greet } } })
 *
 * await writeFile('api.d.ts', clientTypes(api))
 * ```
 */
export function clientTypes(api: App): string {
  const own = api[internals]
  // The built-in routes are not part of the app's type.
  const routes = own.documentedRoutes().filter(({ named }) => !named.builtin)
  const { title } = api
  const { schema: errorSchema } = own.errorFormat
  return clientTypesOf({ title, errorSchema, sockets: own.documentedSockets() }, routes)
}
