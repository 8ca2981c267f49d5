import * as z from 'zod'
import type { DependencyPlan } from '../dependencies/plan.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { isForm } from '../http/form.ts'
import type { NamedRoute } from './route-definition.ts'
import type { AnyZod } from './route.types.ts'

// one schema for each set of bodies, so that a document and a route have the same
const combined = new WeakMap<DependencyPlan['bodies'], AnyZod>()

/**
 * The schema of a route's body: its own, that of the only dependency that reads it, or an object of several by name.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: the route has a body of its own too, two bodies have one name, a
 * dependency reads a form, or the method has no body
 */
export function routeBody(
  { operationId, route, body }: NamedRoute,
  { bodies }: Pick<DependencyPlan, 'bodies'>,
): AnyZod | undefined {
  const [first] = bodies
  if (first === undefined) return body
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_ROUTE_INVALID', `${operationId}: ${problem}`)
  }
  const names = bodies.map(({ name }) => name)
  if (body !== undefined)
    refuse(
      `it declares a body, and a dependency reads the body "${first.name}". Declare the route's own among its dependencies, such as { data: body(schema) }: the body is an object of both then`,
    )
  if (route.method === 'get')
    refuse(`a dependency reads the body "${first.name}", and a GET request has no body`)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined)
    refuse(`two dependencies read different bodies under the name "${twice}": rename one of them`)
  const form = bodies.find(({ parameter }) => isForm(parameter.schema))
  if (form !== undefined)
    refuse(`a dependency reads the form "${form.name}": declare a form as the body of the route`)
  if (bodies.length === 1) return first.parameter.schema
  const known = combined.get(bodies)
  if (known !== undefined) return known
  const shape = Object.fromEntries(bodies.map((step) => [step.name, step.parameter.schema]))
  const made = z.strictObject(shape)
  combined.set(bodies, made)
  return made
}
