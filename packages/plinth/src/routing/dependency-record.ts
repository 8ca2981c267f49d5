import { definitionOf, type Dependencies } from '../dependencies/dependency.ts'
import type { OptionNames } from '../errors/check-options.ts'
import { declareParameter, type Parameter } from '../dependencies/parameter.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { DependencyRecord, RouteDefinition } from './route-definition.ts'
import type { Reserved } from './route.types.ts'

/** The names of the request's context. */
const reserved: OptionNames<Reserved> = {
  request: true,
  requestId: true,
  signal: true,
  client: true,
  reply: true,
  respond: true,
  nonce: true,
  log: true,
  params: true,
  query: true,
  headers: true,
  cookies: true,
  body: true,
}

/**
 * Returns the definitions of the dependencies of an app, a router or a route.
 *
 * @param where - their place, for messages
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a reserved name
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: a value that is not a dependency
 */
export function dependencyRecord(
  record: Dependencies | undefined,
  where: string,
): DependencyRecord {
  return Object.fromEntries(
    Object.entries(record ?? {}).map(([key, asked]) => {
      if (Object.hasOwn(reserved, key))
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `${where}: a dependency cannot have the name "${key}", which is reserved for the request's context`,
        )
      return [key, definitionOf(asked, key)]
    }),
  )
}

/**
 * The dependencies that read a route's own `headers` and `cookies`.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: one of them is not an object schema
 */
export function parameterModels(
  { headers, cookies }: Pick<RouteDefinition['spec'], 'headers' | 'cookies'>,
  where: string,
): DependencyRecord {
  const found: Record<string, Parameter> = {}
  for (const [name, source, schema] of [
    ['headers', 'header', headers],
    ['cookies', 'cookie', cookies],
  ] as const) {
    if (schema === undefined) continue
    const model = declareParameter(source, schema)
    if (model.fields === undefined)
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `${where}: ${name} must be z.object({ … }), whose fields are the names`,
      )
    found[name] = model
  }
  return found
}
