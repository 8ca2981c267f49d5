import { HandlerContext } from '../http/exchange.ts'
import { isPromise } from './generator.ts'
import type { Instances } from './instances.ts'
import type { FactoryStep, ParameterStep, PlanStep } from './plan.ts'
import { produce } from './produce.ts'
import { runSpan } from '../telemetry/run-span.ts'
import { startChild } from '../telemetry/tracing.ts'

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
  return step.kind === 'credential' ? step.credential.read(exchange.incoming) : readParameter(step)
}

/** Creates the value of a factory, from the values that it needs. */
function begin(step: FactoryStep, instances: Instances): unknown {
  const { definition } = step
  if (definition.scope === 'app') return instances.scope.get(definition)
  const context = new HandlerContext(instances.exchange)
  for (const [name, slot] of step.needs) context[name] = instances.values[slot]
  const span = startChild(step.span)
  if (span === undefined) return produce(definition, context, instances)
  return runSpan(span, () => produce(definition, context, instances), 'is dropped')
}
