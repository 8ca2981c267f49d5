import type { DeclaredError } from '../errors/error-type.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { Credential } from './credential.ts'
import { DependencyDefinition, type Injectable, type Scope } from './dependency.ts'
import type { ChildStart } from '../telemetry/span.types.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import { Parameter } from './parameter.ts'
import { parameterOnWire } from './parameter-naming.ts'
import { dependencySpan } from './dependency-span.ts'

/** A value, by its index in the list of values. */
interface Slot {
  readonly slot: number
}
/** A step that reads an input of the request. */
export interface ParameterStep extends Slot {
  readonly kind: 'parameter'
  readonly parameter: Parameter
  readonly name: string
}
export interface CredentialStep extends Slot {
  readonly kind: 'credential'
  readonly credential: Credential
}
export interface FactoryStep extends Slot {
  readonly kind: 'factory'
  readonly definition: DependencyDefinition
  /** The factory's arguments: name and slot. */
  readonly needs: readonly (readonly [name: string, slot: number])[]
  /** The span of its factory. */
  readonly span: ChildStart
}
export type PlanStep = ParameterStep | CredentialStep | FactoryStep

/**
 * The order in which the dependencies of a route are created: planned at startup, followed by every request.
 *
 * ```
 * guards      credentials, rate limits, what declares 401 or 403, and what those need   (before any other input)
 * parameters  the other inputs                                             (validated together with the route's)
 * makers      the other dependencies, each after what it needs
 * named       the values that the handler gets: name and slot
 * ```
 */
export interface DependencyPlan {
  readonly guards: readonly PlanStep[]
  readonly parameters: readonly ParameterStep[]
  /** The bodies that dependencies read, by name. */
  readonly bodies: readonly ParameterStep[]
  readonly makers: readonly FactoryStep[]
  readonly named: readonly (readonly [name: string, slot: number])[]
  /** An empty list of values to copy. A list that grows would take more memory. */
  readonly places: readonly undefined[]
  /** Every step, for the documentation. */
  readonly steps: readonly PlanStep[]
  /** The errors that the dependencies declare. */
  readonly errors: readonly DeclaredError[]
}

/** The scopes that a dependency may use, by its own scope: never one that is closed earlier. */
const mayNeed: Readonly<Record<Exclude<Scope, 'app'>, readonly Scope[]>> = {
  response: ['app', 'response'],
  request: ['app', 'response', 'request'],
}

const isParameter = (step: PlanStep): step is ParameterStep => step.kind === 'parameter'
const isBody = ({ parameter }: ParameterStep): boolean => parameter.source === 'body'
const isFactory = (step: PlanStep): step is FactoryStep => step.kind === 'factory'

/** Checks for a guard: a dependency that uses a credential, declares 401 or 403, or limits the rate of callers. */
function decidesAboutCaller(step: FactoryStep, steps: readonly PlanStep[]): boolean {
  return (
    step.definition.traits.isGuard === true ||
    step.needs.some(([, slot]) => steps[slot]?.kind === 'credential') ||
    step.definition.errors.some((error) => {
      const status = typeof error === 'number' ? error : error.status
      return status === 401 || status === 403
    })
  )
}

/**
 * Plans the order in which these dependencies are created.
 *
 * @param records - the app's, the routers' and the route's, in this order; a later name wins
 * @param overrides - replacements, for tests
 * @param naming - the app's rule for names on the wire
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: a dependency uses one that is closed earlier
 */
export function plan(
  records: readonly Readonly<Record<string, Injectable>>[],
  overrides: ReadonlyMap<Injectable, Injectable> = new Map(),
  naming?: Naming,
): DependencyPlan {
  const steps: PlanStep[] = []
  const slotOf = new Map<unknown, Map<string, number>>()

  const add = (asked: Injectable, key: string): number => {
    const found = overrides.get(asked) ?? asked
    const name = found instanceof Parameter ? found.nameFor(key) : ''
    const known = slotOf.get(found)?.get(name)
    if (known !== undefined && !(found instanceof DependencyDefinition && !found.cache))
      return known
    const step = stepOf(found, name, key)
    steps.push(step)
    slotOf.set(found, (slotOf.get(found) ?? new Map<string, number>()).set(name, step.slot))
    return step.slot
  }
  const stepOf = (found: Injectable, name: string, key: string): PlanStep => {
    if (found instanceof Parameter) {
      const read = { parameter: found, name }
      const onWire = naming === undefined ? read : parameterOnWire(read, naming)
      return { kind: 'parameter', slot: steps.length, ...onWire }
    }
    if (found instanceof Credential)
      return { kind: 'credential', slot: steps.length, credential: found }
    if (found.scope === 'app') {
      checkApp(found, overrides)
      return {
        kind: 'factory',
        slot: steps.length,
        definition: found,
        needs: [],
        span: dependencySpan(found, key),
      }
    }
    const needs = Object.entries(found.needs).map(([key, need]) => [key, add(need, key)] as const)
    for (const [key, slot] of needs) checkScope(found, key, steps[slot])
    const span = dependencySpan(found, key)
    return { kind: 'factory', slot: steps.length, definition: found, needs, span }
  }

  const named = new Map<string, number>()
  for (const record of records)
    for (const [key, asked] of Object.entries(record)) named.set(key, add(asked, key))
  const guarding = guardSlots(steps)
  const parameters = steps.filter(isParameter)
  return {
    guards: steps.filter((step) => guarding.has(step.slot)),
    parameters: parameters.filter((step) => !isBody(step) && !guarding.has(step.slot)),
    bodies: parameters.filter(isBody),
    makers: steps.filter(isFactory).filter((step) => !guarding.has(step.slot)),
    named: [...named],
    places: steps.map(() => undefined),
    steps,
    errors: [...new Set(steps.filter(isFactory).flatMap((step) => step.definition.errors))],
  }
}

function checkScope(asking: DependencyDefinition, key: string, need: PlanStep | undefined): void {
  const { scope } = asking
  if (scope === 'app' || need?.kind !== 'factory' || mayNeed[scope].includes(need.definition.scope))
    return
  throw new PlinthError(
    'PLINTH_DEPENDENCY_INVALID',
    `the dependency "${asking.name}" has scope '${asking.scope}' and uses "${key}", whose scope '${need.definition.scope}' ends earlier: give "${key}" scope '${asking.scope}'`,
  )
}

/** Checks that a dependency of scope `app` uses only dependencies of scope `app`, since it has no request. */
function checkApp(
  asking: DependencyDefinition,
  overrides: ReadonlyMap<Injectable, Injectable>,
): void {
  for (const [key, asked] of Object.entries(asking.needs)) {
    const need = overrides.get(asked) ?? asked
    if (!(need instanceof DependencyDefinition))
      throw new PlinthError(
        'PLINTH_DEPENDENCY_INVALID',
        `the dependency "${asking.name}" has scope 'app' and uses "${key}", an input of one request: give it scope 'request'`,
      )
    if (need.scope !== 'app')
      throw new PlinthError(
        'PLINTH_DEPENDENCY_INVALID',
        `the dependency "${asking.name}" has scope 'app' and uses "${key}", whose scope '${need.scope}' ends earlier: give "${key}" scope 'app'`,
      )
    checkApp(need, overrides)
  }
}

function guardSlots(steps: readonly PlanStep[]): Set<number> {
  const guarding = new Set<number>()
  const guard = (slot: number): void => {
    guarding.add(slot)
    const step = steps[slot]
    if (step?.kind === 'parameter' && isBody(step))
      throw new PlinthError(
        'PLINTH_DEPENDENCY_INVALID',
        `a guard reads the body "${step.name}", and guards decide before the body is read: read it in a dependency that declares neither 401 nor 403`,
      )
    if (step?.kind === 'factory') for (const [, need] of step.needs) guard(need)
  }
  for (const step of steps)
    if (step.kind === 'credential' || (step.kind === 'factory' && decidesAboutCaller(step, steps)))
      guard(step.slot)
  return guarding
}
