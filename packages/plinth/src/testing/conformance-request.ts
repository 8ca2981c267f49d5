import type { JsonSchema, OpenApiOperation, OpenApiParameter } from '../openapi/openapi.types.ts'
import {
  generateValue,
  knownValues,
  leavesOut,
  nothing,
  type ValueGenerator,
} from './generate-value.ts'

/** An operation, and where it is. */
export interface Target {
  readonly method: string
  /** As `/api/tasks/{id}`. */
  readonly path: string
  readonly operation: OpenApiOperation
}

/** A request to send, and what may become of it. */
export interface Case {
  /** What is particular about it. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Whether it carries what authenticates. */
  readonly authenticated: boolean
  /**
   * `accept`: the document allows it, so it is not to be refused for its form. `refuse`: the document forbids it, so it
   * must be a 4xx; a number is the very status. `either`: the document does not say.
   */
  readonly expected: 'accept' | 'refuse' | 'either' | number
}

/** The inputs of one request, by place and name; a body that is undefined is not sent. */
export interface Inputs {
  readonly parameters: ReadonlyMap<OpenApiParameter, unknown>
  readonly body: unknown
}

const jsonType = 'application/json'

/** The schema of an operation's JSON body; undefined if it takes none. */
export const bodySchemaOf = ({ operation }: Target): JsonSchema | undefined =>
  operation.requestBody?.content[jsonType]?.schema

/** Random inputs that the document allows; undefined if none can be found. */
export function validInputs(target: Target, generator: ValueGenerator): Inputs | undefined {
  const parameters = new Map<OpenApiParameter, unknown>()
  for (const parameter of target.operation.parameters ?? []) {
    const { name, schema, required } = parameter
    const known = knownValues(name, schema, generator)
    if (!required && (known?.length === 0 || leavesOut(generator))) continue
    const value =
      known !== undefined && known.length > 0
        ? generator.random.pick(known)
        : generateValue(schema, generator)
    if (value !== nothing) parameters.set(parameter, value)
    else if (required) return undefined
  }
  const schema = bodySchemaOf(target)
  const body = schema && generateValue(schema, generator)
  return body === nothing ? undefined : { parameters, body }
}

/** A request with these inputs. */
export function caseOf(
  target: Target,
  inputs: Inputs,
  particular: Partial<Case> & Pick<Case, 'name' | 'expected'>,
): Case {
  const { body } = inputs
  const headers: Record<string, string> = {}
  for (const [parameter, value] of inputs.parameters)
    if (parameter.in === 'header') headers[parameter.name] = headerText(value)
  const cookies = pairs(inputs, 'cookie').map(([name, value]) => `${name}=${encode(value)}`)
  if (cookies.length > 0) headers['cookie'] = cookies.join('; ')
  if (body !== undefined) headers['content-type'] = jsonType
  return {
    method: target.method,
    path: pathOf(target, inputs),
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    authenticated: true,
    ...particular,
  }
}

const pairs = (
  { parameters }: Inputs,
  place: OpenApiParameter['in'],
): (readonly [string, unknown])[] =>
  [...parameters]
    .filter(([parameter]) => parameter.in === place)
    .flatMap(([{ name }, value]) =>
      Array.isArray(value) ? value.map((item) => [name, item] as const) : [[name, value] as const],
    )

/** What a header can hold, of the same length. */
const headerText = (value: unknown): string => String(value).replaceAll(/[^\x21-\x7e]/g, 'x')

/** Percent-encoded; half a surrogate pair as the bytes that it would have. */
const encode = (value: unknown): string => {
  const text = String(value)
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}

function pathOf(target: Target, inputs: Inputs): string {
  const path = target.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const [, value] = pairs(inputs, 'path').find(([known]) => known === name) ?? []
    return encode(value)
  })
  const query = pairs(inputs, 'query').map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}
