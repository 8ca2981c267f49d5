import * as z from 'zod'
import type { ParameterStep } from '../dependencies/plan.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { pathNames } from '../routing/path-pattern.ts'
import { isList, wireFieldsOf } from '../schemas/fields-of.ts'
import type { DocumentedRoute, OpenApiParameter } from './openapi.types.ts'

type Place = OpenApiParameter['in']

/** A parameter whose schema is not JSON Schema yet. */
export interface RouteParameter {
  readonly in: Place
  readonly name: string
  readonly schema: z.core.$ZodType
  readonly deprecated: boolean
}

/**
 * The headers that OpenAPI ignores as parameters.
 *
 * It documents them elsewhere: as media types and as security schemes.
 */
const saidElsewhere = new Set(['accept', 'content-type', 'authorization'])

/**
 * All parameters that a route and its dependencies read, each once: path, query, headers, cookies.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: the schema of the path or the query is not an object schema
 */
export function parametersOf(route: DocumentedRoute): RouteParameter[] {
  const { spec, path } = route.named.route
  const params = fields(spec.params, 'params', route)
  const asked = askedOfPath(route)
  const found: RouteParameter[] = [
    ...pathNames(path).map((name) =>
      declared('path', name, params[name] ?? asked.get(name) ?? z.string()),
    ),
    ...Object.entries(fields(route.named.query, 'query', route)).map(([name, schema]) =>
      declared('query', name, schema),
    ),
  ]
  for (const step of route.plan.steps) if (step.kind === 'parameter') found.push(...askedBy(step))
  const known = new Map(found.toReversed().map((parameter) => [keyOf(parameter), parameter]))
  return found.filter(
    (parameter) =>
      known.get(keyOf(parameter)) === parameter &&
      !(parameter.in === 'header' && saidElsewhere.has(parameter.name)),
  )
}

/** The documented parameters of a dependency: one, or those of a model. */
function askedBy({ name, parameter }: ParameterStep): RouteParameter[] {
  const { source, schema, fields, options } = parameter
  if (source === 'body' || options.documented === false) return []
  return (fields ?? [{ name, schema }]).map((field) => ({
    in: source,
    name: field.name,
    schema: field.schema,
    deprecated: options.deprecated ?? false,
  }))
}

/** The schemas that dependencies have for path parameters that the route does not declare. */
const askedOfPath = ({ plan }: DocumentedRoute): Map<string, z.core.$ZodType> =>
  new Map(
    plan.steps.flatMap((step) =>
      step.kind === 'parameter' && step.parameter.source === 'path'
        ? [[step.name, step.parameter.schema] as const]
        : [],
    ),
  )

const keyOf = (parameter: { in: string; name: string }): string =>
  `${parameter.in} ${parameter.name}`

const declared = (place: Place, name: string, schema: z.core.$ZodType): RouteParameter => ({
  in: place,
  name,
  schema,
  deprecated: false,
})

function fields(
  schema: z.core.$ZodType | undefined,
  part: 'params' | 'query',
  route: DocumentedRoute,
): Readonly<Record<string, z.core.$ZodType>> {
  if (schema === undefined) return {}
  const found = wireFieldsOf(schema)
  if (found === undefined)
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `the ${part} of ${route.named.operationId} must be the schema of an object, as z.object({ … }): its fields are the parameters' names`,
    )
  return found
}

/** The parameters by place, for zod-openapi. */
export function requestParams(
  parameters: readonly RouteParameter[],
): Partial<Record<Place, z.ZodObject>> {
  const byPlace = Object.groupBy(parameters, (parameter) => parameter.in)
  return Object.fromEntries(
    Object.entries(byPlace).map(([place, some]) => [
      place,
      z.object(Object.fromEntries(some.map(({ name, schema }) => [name, schema]))),
    ]),
  )
}

/** Adds what zod-openapi cannot know: required, deprecated and the style of lists. */
export function finishParameters(
  written: readonly OpenApiParameter[],
  parameters: readonly RouteParameter[],
): OpenApiParameter[] {
  const sources = new Map(parameters.map((parameter) => [keyOf(parameter), parameter]))
  return written.map((parameter) => {
    const source = sources.get(keyOf(parameter))
    return {
      ...parameter,
      ...(parameter.in === 'path' && { required: true }),
      ...(source?.deprecated && { deprecated: true }),
      ...(parameter.in === 'query' &&
        source &&
        isList(source.schema) && { style: 'form', explode: true }),
    }
  })
}
