import type { JsonSchema, OpenApiOperation, OpenApiParameter } from '../../openapi/openapi.types.ts'
import {
  formEntries,
  multipart,
  percentEncoded,
  urlencoded,
  writeForm,
  type FormEntry,
  type WrittenBody,
} from './form-body.ts'
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
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
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
  /** What the body is sent as. */
  readonly media: string
  /** The parts of the body, if it is a form. */
  readonly form?: readonly FormEntry[]
}

const jsonType = 'application/json'

/** What an operation's body may be sent as; none if it takes none, or is of a kind that is not made here. */
export const mediaTypesOf = ({ operation }: Target): string[] =>
  [jsonType, urlencoded, multipart].filter((type) => type in (operation.requestBody?.content ?? {}))

/** Whether an operation's body is a form. */
export const takesForm = (target: Target): boolean =>
  mediaTypesOf(target).some((type) => type !== jsonType)

/** The schema of an operation's body; undefined if it takes none. */
export const bodySchemaOf = (target: Target): JsonSchema | undefined =>
  target.operation.requestBody?.content[mediaTypesOf(target)[0] ?? jsonType]?.schema

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
    // an empty part of a path is of another route
    const sent = value === '' && parameter.in === 'path' ? 'x' : value
    if (sent !== nothing) parameters.set(parameter, sent)
    else if (required) return undefined
  }
  const schema = bodySchemaOf(target)
  const body = schema && generateValue(schema, generator)
  if (body === nothing) return undefined
  const types = mediaTypesOf(target)
  const media = types.length === 0 ? jsonType : generator.random.pick(types)
  if (schema === undefined || !takesForm(target)) return { parameters, body, media }
  const form = formEntries(schema, body, generator.document)
  return form && { parameters, body, media, form }
}

/** A request with these inputs. */
export function caseOf(
  target: Target,
  inputs: Inputs,
  particular: Partial<Case> & Pick<Case, 'name' | 'expected'>,
): Case {
  const headers: Record<string, string> = {}
  for (const [parameter, value] of inputs.parameters)
    if (parameter.in === 'header') headers[parameter.name] = headerText(value)
  const cookies = pairs(inputs, 'cookie').map(([name, value]) => `${name}=${percentEncoded(value)}`)
  if (cookies.length > 0) headers['cookie'] = cookies.join('; ')
  const written = writtenBody(inputs)
  if (written !== undefined) headers['content-type'] = written.type
  return {
    method: target.method,
    path: pathOf(target, inputs),
    headers,
    body: written?.body,
    authenticated: true,
    ...particular,
  }
}

function writtenBody({ body, media, form }: Inputs): WrittenBody | undefined {
  if (body === undefined) return undefined
  return form === undefined
    ? { type: jsonType, body: JSON.stringify(body) }
    : writeForm(form, media)
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

/** What a header can hold, of the same length: blanks at its ends are not its own. */
const headerText = (value: unknown): string =>
  String(value).replaceAll(/[^\x20-\x7e]|^ +| +$/g, (text) => 'x'.repeat(text.length))

function pathOf(target: Target, inputs: Inputs): string {
  const path = target.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const [, value] = pairs(inputs, 'path').find(([known]) => known === name) ?? []
    return percentEncoded(value)
  })
  const query = pairs(inputs, 'query').map(
    ([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`,
  )
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}
