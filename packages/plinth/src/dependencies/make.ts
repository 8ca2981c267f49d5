import { HandlerContext } from '../http/exchange.ts'
import { isGenerator, isPromise, firstYield } from './generator.ts'
import type { Instances } from './instances.ts'
import type { FactoryStep, ParameterStep, PlanStep } from './plan.ts'

/** Reads and validates one parameter of a guard. The other parameters are validated together. */
export type ReadParameter = (step: ParameterStep) => unknown

/** The arguments of {@link make}. */
interface Making {
  readonly steps: readonly PlanStep[]
  readonly instances: Instances
  readonly readParameter: ReadParameter
}

/**
 * Creates the values of these steps in order, in `instances.values`. Returns a promise only if one of them does.
 */
export function make(
  steps: readonly PlanStep[],
  instances: Instances,
  readParameter: ReadParameter,
): void | Promise<void> {
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at] as PlanStep
    const value =
      step.kind === 'factory' ? begin(step, instances) : input(step, instances, readParameter)
    if (isPromise(value)) return rest({ steps, instances, readParameter }, at, value)
    instances.values[step.slot] = value
  }
}

async function rest(
  { steps, instances, readParameter }: Making,
  from: number,
  pending: PromiseLike<unknown>,
): Promise<void> {
  instances.values[(steps[from] as PlanStep).slot] = await pending
  for (let at = from + 1; at < steps.length; at++) {
    if (instances.exchange.ended) throw instances.exchange.ended
    const step = steps[at] as PlanStep
    const value =
      step.kind === 'factory' ? begin(step, instances) : input(step, instances, readParameter)
    instances.values[step.slot] = isPromise(value) ? await value : value
  }
}

function input(
  step: Exclude<PlanStep, FactoryStep>,
  { exchange }: Instances,
  readParameter: ReadParameter,
): unknown {
  return step.kind === 'credential'
    ? step.credential.read(exchange.incoming.headers)
    : readParameter(step)
}

/** Calls a factory. A generator runs up to its value. */
function begin(step: FactoryStep, instances: Instances): unknown {
  const { definition } = step
  const { exchange } = instances
  if (definition.scope === 'app') return instances.scope.get(definition)
  const context = new HandlerContext(exchange)
  for (const [name, slot] of step.needs) context[name] = instances.values[slot]
  const made = definition.factory(context)
  if (!isGenerator(made)) return made
  const first = made.next()
  const opened = { name: definition.name, generator: made }
  const stack = definition.scope === 'response' ? instances.openedForResponse : instances.opened
  if (!isPromise(first)) {
    stack.push(opened)
    return firstYield(first, definition.name)
  }
  return first.then(async (result) => {
    const value = firstYield(result, definition.name)
    if (exchange.ended) {
      // The request timed out while this was being created, so it must be closed here.
      await Promise.resolve(made.throw(exchange.ended)).catch(() => undefined)
      throw exchange.ended
    }
    stack.push(opened)
    return value
  })
}
