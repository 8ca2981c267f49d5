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

/** An operation with its method and path. */
export interface Target {
  readonly method: string
  /** Such as `/api/tasks/{id}`. */
  readonly path: string
  readonly operation: OpenApiOperation
}

/** A request to send, with the expected result. */
export interface Case {
  /** The property that sets this request apart. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
  /** True if the request has credentials. */
  readonly authenticated: boolean
  /**
   * The expected status.
   *
   * `accept`: the document allows the request, so its form must not be refused. `refuse`: the
   * document forbids it, so the status must be 4xx. A number: exactly this status. `either`: the
   * document does not say.
   */
  readonly expected: 'accept' | 'refuse' | 'either' | number
}

/** The inputs of one request. An undefined body is not sent. */
export interface Inputs {
  readonly parameters: ReadonlyMap<OpenApiParameter, unknown>
  readonly body: unknown
  /** The content type of the body. */
  readonly media: string
  /** The parts of the body, if it is a form. */
  readonly form?: readonly FormEntry[]
}

const jsonType = 'application/json'

/** The content types that can be generated for an operation's body; empty without any. */
export const mediaTypesOf = ({ operation }: Target): string[] =>
  [jsonType, urlencoded, multipart].filter((type) => type in (operation.requestBody?.content ?? {}))

/** Tests whether an operation takes a form. */
export const takesForm = (target: Target): boolean =>
  mediaTypesOf(target).some((type) => type !== jsonType)

/** The schema of an operation's body; undefined if it takes none. */
export const bodySchemaOf = (target: Target): JsonSchema | undefined =>
  target.operation.requestBody?.content[mediaTypesOf(target)[0] ?? jsonType]?.schema

/** Random inputs that the document allows; undefined if none can be generated. */
export function validInputs(target: Target, generator: ValueGenerator): Inputs | undefined {
  const parameters = new Map<OpenApiParameter, unknown>()
  for (const parameter of target.operation.parameters ?? []) {
    const { name, schema, required } = parameter
    const known = knownValues(name, schema, generator) ?? standardValues(parameter, generator)
    if (!required && (known?.length === 0 || leavesOut(generator))) continue
    const value =
      known !== undefined && known.length > 0
        ? generator.random.pick(known)
        : generateValue(schema, generator)
    // a path with an empty part belongs to another route
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

/** Values of HTTP's own headers that have an effect: random text has none. */
const standardHeaders: Readonly<Record<string, readonly string[]>> = {
  'if-none-match': ['"1"', '*'],
  range: ['bytes=0-1023'],
}

/** The values of a header of HTTP, one time in four. */
const standardValues = (
  { in: place, name }: OpenApiParameter,
  { random }: ValueGenerator,
): readonly string[] | undefined => {
  const values = place === 'header' ? standardHeaders[name.toLowerCase()] : undefined
  return values !== undefined && random.oneIn(4) ? values : undefined
}

/** Builds a request with these inputs. */
export function caseOf(
  target: Target,
  inputs: Inputs,
  particular: Partial<Case> & Pick<Case, 'name' | 'expected'>,
): Case {
  const headers: Record<string, string> = {}
  for (const [parameter, value] of inputs.parameters)
    if (parameter.in === 'header')
      headers[parameter.name] = isKeyOf(parameter, particular) ? newKey() : headerText(value)
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

/** Tests for an idempotency key that is not the subject of the case. Each request then has a key of its own. */
const isKeyOf = ({ name }: OpenApiParameter, { name: subject }: Pick<Case, 'name'>): boolean =>
  name === 'idempotency-key' && !subject.startsWith(`header ${name}`)

let keys = 0
const newKey = (): string => `conformance-${process.pid}-${Date.now()}-${++keys}`

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

/**
 * Makes text fit for a header, without changing its length: printable, with no blanks at its ends.
 */
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
