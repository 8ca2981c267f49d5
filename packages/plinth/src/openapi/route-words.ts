import { PlinthError } from '../errors/plinth-error.ts'
import type { OpenApiOperation, OpenApiReference, OpenApiResponse } from './openapi.types.ts'
import type { NamedRoute } from '../routing/route-definition.ts'

/**
 * Adds what a route says about its operation beyond its schemas: examples, descriptions of responses, and extensions.
 *
 * @throws {PlinthError} `PLINTH_OPENAPI_INVALID`: a parameter, a body or a status that the operation does not have
 */
export function withRouteWords(
  operation: OpenApiOperation,
  { operationId, route }: NamedRoute,
): OpenApiOperation {
  const { examples, responseDescriptions, openapi } = route.spec
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_OPENAPI_INVALID', `${operationId}: ${problem}`)
  }
  let changed = operation
  for (const [place, byName] of Object.entries(examples ?? {}))
    changed =
      place === 'body'
        ? withBodyExamples(changed, byName, refuse)
        : withParameterExamples(changed, { place: places[place] ?? place, byName }, refuse)
  for (const [status, description] of Object.entries(responseDescriptions ?? {}))
    changed = withDescription(changed, { status, description }, refuse)
  return openapi === undefined ? changed : (merged(changed, openapi) as OpenApiOperation)
}

/** The places of parameters, by the names of a route's options. */
const places: Readonly<Record<string, string>> = {
  params: 'path',
  headers: 'header',
  cookies: 'cookie',
}

type Refuse = (problem: string) => never
type Examples = Readonly<Record<string, unknown>>

function withBodyExamples(
  operation: OpenApiOperation,
  examples: Examples,
  refuse: Refuse,
): OpenApiOperation {
  const { requestBody } = operation
  if (requestBody === undefined)
    return refuse('examples.body describes a body, and the route takes none')
  const content = Object.entries(requestBody.content).map(([type, media]) => [
    type,
    { ...media, examples },
  ])
  return { ...operation, requestBody: { ...requestBody, content: Object.fromEntries(content) } }
}

function withParameterExamples(
  operation: OpenApiOperation,
  { place, byName }: { place: string; byName: Examples },
  refuse: Refuse,
): OpenApiOperation {
  const { parameters = [] } = operation
  for (const name of Object.keys(byName))
    if (!parameters.some((one) => one.in === place && one.name === name))
      refuse(`examples describe the ${place} parameter "${name}", which the route does not have`)
  return {
    ...operation,
    parameters: parameters.map((one) =>
      one.in === place && Object.hasOwn(byName, one.name)
        ? { ...one, examples: byName[one.name] as Examples }
        : one,
    ),
  }
}

function withDescription(
  operation: OpenApiOperation,
  { status, description }: { status: string; description: string },
  refuse: Refuse,
): OpenApiOperation {
  const response: OpenApiResponse | OpenApiReference | undefined = operation.responses[status]
  if (response === undefined)
    return refuse(
      `responseDescriptions has ${status}, and the route has ${Object.keys(operation.responses).join(', ')}`,
    )
  return {
    ...operation,
    responses: { ...operation.responses, [status]: { ...response, description } },
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Merges objects at every depth. Of other values, the second one stays. */
function merged(one: unknown, other: unknown): unknown {
  if (!isObject(one) || !isObject(other)) return other
  return Object.entries(other).reduce<Record<string, unknown>>(
    (all, [name, value]) => ({ ...all, [name]: name in all ? merged(all[name], value) : value }),
    { ...one },
  )
}
