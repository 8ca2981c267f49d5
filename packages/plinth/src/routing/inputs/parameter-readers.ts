import type { ParameterField } from '../../dependencies/parameter-fields.ts'
import { otherNames } from '../../dependencies/parameter-fields.ts'
import type { DependencyPlan, ParameterStep } from '../../dependencies/plan.ts'
import { compiled, type Compiled } from '../../schemas/compiled.ts'
import { isList } from '../../schemas/fields-of.ts'
import { wire } from '../../schemas/wire.ts'
import { isUsualHeader } from './usual-headers.ts'

/** A parameter of a dependency, ready to be read. */
export interface ParameterReader {
  readonly slot: number
  readonly source: 'path' | 'query' | 'header' | 'cookie'
  readonly name: string
  readonly list: boolean
  readonly schema: Compiled
  /** `true` if it is not documented. */
  readonly isHidden: boolean
  /** Undefined for one value. */
  readonly model: ModelReader | undefined
}

/** A model of several parameters, ready to be read. */
export interface ModelReader {
  readonly fields: readonly ParameterField[]
  readonly others: 'ignore' | 'refuse' | 'read'
  /** Tests a name that the model does not have: another parameter of the route, or a header of HTTP itself. */
  readonly isKnown: (name: string) => boolean
}

/** The readers of all parameters of a route's dependencies, by slot. */
export function parameterReaders({ steps }: DependencyPlan): Map<number, ParameterReader> {
  const known = knownNames(steps)
  const parameters = steps.filter(
    (step) => step.kind === 'parameter' && step.parameter.source !== 'body',
  ) as ParameterStep[]
  return new Map(parameters.map((step) => [step.slot, readerOf(step, known)]))
}

function readerOf({ slot, name, parameter }: ParameterStep, known: Names): ParameterReader {
  const { schema, fields } = parameter
  // bodies were left out
  const source = parameter.source as ParameterReader['source']
  const names = known.get(source)
  return {
    slot,
    source,
    name,
    list: isList(schema),
    schema: compiled(wire(schema, 'strings')),
    isHidden: parameter.options.documented === false,
    model: fields && {
      fields,
      // unknown names of a query string are refused for the whole route
      others: source === 'query' ? 'ignore' : otherNames(schema),
      isKnown: (one) => names?.has(one) === true || (source === 'header' && isUsualHeader(one)),
    },
  }
}

type Names = ReadonlyMap<string, ReadonlySet<string>>

/** The names of a parameter: one, or those of the fields of a model. */
export const namesOf = ({
  name,
  model,
}: Pick<ParameterReader, 'name' | 'model'>): readonly string[] =>
  model?.fields.map((field) => field.name) ?? [name]

/** The names of all parameters and credentials of a route, by source. */
function knownNames(steps: DependencyPlan['steps']): Names {
  const found = new Map<string, Set<string>>()
  const add = (source: string, name: string): void =>
    void found.set(source, (found.get(source) ?? new Set()).add(name))
  for (const step of steps) {
    if (step.kind === 'parameter')
      for (const name of step.parameter.fields?.map((field) => field.name) ?? [step.name])
        add(step.parameter.source, name)
    if (step.kind === 'credential')
      for (const { scheme } of step.credential.schemes) {
        const { in: source, name } = scheme
        if (typeof source !== 'string' || typeof name !== 'string') continue
        // the cookie of a session has one of these before its name where the connection is secure
        for (const before of source === 'cookie' ? ['', '__Secure-', '__Host-'] : [''])
          add(source, before + (source === 'header' ? name.toLowerCase() : name))
      }
  }
  return found
}
