import { clientTypesOf } from '../openapi/client-types/client-types.ts'
import { internals } from '../http/internals.ts'
import type { App } from './app.types.ts'

/**
 * An app's types as the text of one declaration file, for a frontend in another repository: `client<Api>(url)` is
 * then what `client<typeof api>(url)` is here. The file imports nothing.
 *
 * It is written from the routes' schemas, as their values are on the wire, with their descriptions. What only the
 * compiler knows is not in it: a route without a `response` schema, and what a `.transform()` makes, are `unknown`.
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
  return clientTypesOf(
    api.title,
    // its own health checks and documentation are no part of the app's type
    api[internals].documentedRoutes().filter(({ named }) => named.module !== 'plinth'),
  )
}
