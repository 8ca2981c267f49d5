import { Given, type Exchange } from '../http/exchange.ts'
import { isGenerator, isPromise, yielded } from './generator.ts'
import type { FactoryStep, ParameterStep, Step } from './plan.ts'

/** Reads and checks one parameter: the guards' own, since the others are checked together. */
export type ReadParameter = (step: ParameterStep) => unknown

/** What the steps are made with. */
interface Making {
  readonly steps: readonly Step[]
  readonly exchange: Exchange
  readonly readParameter: ReadParameter
}

/**
 * Makes these steps in order, into `exchange.values`. Gives a promise only if one of them does.
 */
export function make(
  steps: readonly Step[],
  exchange: Exchange,
  readParameter: ReadParameter,
): void | Promise<void> {
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at] as Step
    const value =
      step.kind === 'factory' ? begin(step, exchange) : input(step, exchange, readParameter)
    if (isPromise(value)) return rest({ steps, exchange, readParameter }, at, value)
    exchange.values[step.slot] = value
  }
}

async function rest(
  { steps, exchange, readParameter }: Making,
  from: number,
  pending: PromiseLike<unknown>,
): Promise<void> {
  exchange.values[(steps[from] as Step).slot] = await pending
  for (let at = from + 1; at < steps.length; at++) {
    if (exchange.ended) throw exchange.ended
    const step = steps[at] as Step
    const value =
      step.kind === 'factory' ? begin(step, exchange) : input(step, exchange, readParameter)
    exchange.values[step.slot] = isPromise(value) ? await value : value
  }
}

function input(
  step: Exclude<Step, FactoryStep>,
  exchange: Exchange,
  readParameter: ReadParameter,
): unknown {
  return step.kind === 'credential'
    ? step.credential.read(exchange.arrival.headers)
    : readParameter(step)
}

/** Calls a factory; a generator is opened as far as its value. */
function begin(step: FactoryStep, exchange: Exchange): unknown {
  const { definition } = step
  if (definition.scope === 'app') return exchange.host.scope.get(definition)
  const given = new Given(exchange) as unknown as Record<string, unknown>
  for (const [name, slot] of step.needs) given[name] = exchange.values[slot]
  const made = definition.factory(given as never)
  if (!isGenerator(made)) return made
  const first = made.next()
  const opened = { name: definition.name, generator: made }
  const stack = definition.scope === 'response' ? exchange.openedForResponse : exchange.opened
  if (!isPromise(first)) {
    stack.push(opened)
    return yielded(first, definition.name)
  }
  return first.then(async (result) => {
    const value = yielded(result, definition.name)
    if (exchange.ended) {
      // The deadline passed while it was being made: nobody else will close it.
      await Promise.resolve(made.throw(exchange.ended)).catch(() => undefined)
      throw exchange.ended
    }
    stack.push(opened)
    return value
  })
}
