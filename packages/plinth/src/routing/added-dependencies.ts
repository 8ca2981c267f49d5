import { sharedOf } from '../database/database.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { DependencyDefinition, definitionOf } from '../dependencies/dependency.ts'
import type { AppStart } from '../dependencies/traits.ts'
import { dependenciesOf } from '../dependencies/with-traits.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { contentOf } from '../http/content/content.ts'
import { streamOf } from '../http/stream.ts'
import { textOfCaller, type CallerKey } from '../dependencies/caller-key.ts'
import { idempotentOf } from './idempotency/idempotent-options.ts'
import { isSchema } from '../schemas/zod-definition.ts'
import { declaredResponses } from './responses/declared-responses.ts'
import type { DependencyRecord, RouteDefinition } from './route-definition.ts'

/** The names of dependencies that follow from options of a route. No dependency of a user can have them. */
export const addedNames = { concurrency: '~maxConcurrency', caller: '~idempotencyCaller' } as const

/**
 * The dependencies that follow from a route's options `maxConcurrency` and `idempotent`, before all others.
 *
 * @param records - the other dependencies of the route
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: an idempotent route has no caller
 */
export function addedDependencies(
  route: RouteDefinition,
  records: readonly DependencyRecord[],
): readonly DependencyRecord[] {
  const { maxConcurrency, idempotent } = route.spec
  if (maxConcurrency === undefined && !idempotent) return []
  return [
    {
      ...(maxConcurrency !== undefined && { [addedNames.concurrency]: concurrencyOf(route) }),
      ...(idempotent && { [addedNames.caller]: callerOf(route, records) }),
    },
  ]
}

/** Takes a place for the handler; for a stream, until its last byte. */
function concurrencyOf({ method, path, spec }: RouteDefinition): DependencyDefinition {
  const streams = declaredResponses(spec).some(
    ({ content }) =>
      isSchema(content) &&
      (streamOf(content) !== undefined || contentOf(content)?.kind === 'bytes'),
  )
  return new DependencyDefinition({}, () => undefined, {
    name: `${method.toUpperCase()} ${path}`,
    scope: streams ? 'response' : 'request',
    ...(spec.maxConcurrency !== undefined && { maxConcurrency: spec.maxConcurrency }),
  })
}

/** Finds out whose keys those of a request are. */
function callerOf(
  { method, path, spec }: RouteDefinition,
  records: readonly DependencyRecord[],
): DependencyDefinition {
  const where = `${method.toUpperCase()} ${path}`
  const { by } = idempotentOf(spec.idempotent, where) ?? {}
  // Declares its table, for a program that loads the app to migrate, and does not start it.
  void import('../limits/idempotency.ts')
  const all = dependenciesOf(records)
  const known = all.find(({ traits }) => traits.caller !== undefined)
  const options = { name: `idempotent ${where}` }
  const made =
    by === 'anyone'
      ? new DependencyDefinition({}, () => undefined, options)
      : by !== undefined
        ? new DependencyDefinition(
            { by: definitionOf(by, 'idempotent.by') },
            (context: { readonly by: CallerKey }) => textOfCaller(context.by),
            options,
          )
        : known &&
          new DependencyDefinition(
            { by: known },
            (context: { readonly by: unknown }) => known.traits.caller?.(context.by),
            options,
          )
  if (made === undefined)
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `${where}: idempotent keeps responses per caller, and the route has no user of betterAuth() or jwt(): name the caller, idempotent: { by: apiKey }, or share the keys among all callers of a public route, { by: 'anyone' }`,
    )
  // A database of sessions, which only the user's dependency reads, may be another one.
  const databases = dependenciesOf(records, ({ traits }) => traits.caller === undefined).filter(
    ({ traits }) => traits.isDatabase,
  )
  made.traits = { prepare: (start) => prepareKeys(start, databases) }
  return made
}

async function prepareKeys(
  start: AppStart,
  databases: readonly DependencyDefinition[],
): Promise<void> {
  if (databases.length === 0) return
  const { prepareIdempotency } = await import('../limits/idempotency.ts')
  for (const each of databases) {
    const db = (await start.value(each)) as AnyQueryable
    await prepareIdempotency(sharedOf(db, 'idempotent').driver, start.log)
  }
}
