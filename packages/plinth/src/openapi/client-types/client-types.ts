import type * as z from 'zod'
import type { ParameterSource } from '../../dependencies/definition.ts'
import type { DeclaredError, ErrorType } from '../../errors/error-type.ts'
import { isForm } from '../../http/form.ts'
import { streamOf } from '../../http/stream.ts'
import type { Idempotent } from '../../routing/idempotency/idempotent-options.ts'
import { pathNames } from '../../routing/path-pattern.ts'
import { routeBody } from '../../routing/route-body.ts'
import type { DocumentedRoute } from '../openapi.types.ts'
import { contentOf, type ContentDefinition } from '../../http/content/content.ts'
import {
  declaredResponses,
  type DeclaredResponse,
} from '../../routing/responses/declared-responses.ts'
import { isSchema } from '../../schemas/zod-definition.ts'
import { summaryOf } from '../summary-of.ts'
import { intersectionText, quoted, unionText } from '../../schemas/typescript-text.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import { typeOf } from '../../schemas/zod-definition.ts'
import { indented, mayBeAbsent, objectText } from './zod-to-typescript.ts'
import { docText, typeWriter, type TypeWriter } from './type-writer.ts'

/** The API whose types are written. */
interface TypedApi {
  readonly title: string
  /** Schema of its error responses, if they have another format than problem documents. */
  readonly errorSchema: z.core.$ZodType | undefined
  readonly sockets?: readonly DocumentedRoute[]
}

/**
 * Writes the types of these routes as one declaration file without imports, for `client<Api>(url)`.
 *
 * The types are those of the wire, and come from the schemas. A route without a `response` schema
 * has the type `unknown`: only the compiler knows what its handler returns.
 */
export function clientTypesOf(
  { title, errorSchema, sockets = [] }: TypedApi,
  routes: readonly DocumentedRoute[],
): string {
  const writer = typeWriter(['Api', 'Operations'])
  // response types come first, so that they get the plain names; a request type may be called `TaskInput`
  for (const route of routes) {
    outOf(route, writer)
    errorsOf(route, writer)
  }
  for (const { named } of sockets) {
    const { send } = named.route.socket ?? {}
    if (send) writer.type(send, 'received')
  }
  const operations = [
    ...routes.map((route) => operation(route, writer)),
    ...sockets.map((one) => socketTypes(one, writer)),
  ]
  const errorBody =
    errorSchema === undefined
      ? ''
      : `\n  readonly '~problem': { readonly body: ${writer.type(errorSchema, 'received')}; readonly errors: never }`
  return (
    `// The types of "${title.replaceAll(/\s+/g, ' ')}" for a frontend, written from its routes: do not edit.
//
//   import { client } from 'plinth/client'
//   import type { Api } from './api.d.ts'
//   const api = client<Api>('http://localhost:8000')

/** The API, for \`client<Api>(url)\`. */
export interface Api {
  readonly '~routes': Operations[keyof Operations]${errorBody}
}

/** The inputs and the result of each operation. */
export interface Operations ${operations.length === 0 ? '{}' : `{\n${indented(operations.join('\n'))}\n}`}

${writer.declarations()}`.trimEnd() + '\n'
  )
}

function operation(route: DocumentedRoute, writer: TypeWriter): string {
  const { named } = route
  const { idempotent } = named.route.spec
  const body = routeBody(named, route.plan)
  return entry(route, named.route.method, [
    ...inputsOf(route, writer),
    ['body', body ? writer.type(body, 'sent') : 'undefined'],
    ['form', String(body !== undefined && isForm(body))],
    ['out', outOf(route, writer)],
    ['sent', sentOf(route, writer)],
    ...(idempotent ? [['idempotent', quoted(idempotencyOf(idempotent))] as const] : []),
    ['errors', errorsOf(route, writer)],
  ])
}

function socketTypes(one: DocumentedRoute, writer: TypeWriter): string {
  const { receive, route } = one.named
  const { send, closes = {} } = route.socket ?? {}
  return entry(one, 'socket', [
    ...inputsOf(one, writer),
    ['receive', receive ? writer.type(receive, 'sent') : 'never'],
    ['send', send ? writer.type(send, 'received') : 'never'],
    ['errors', errorsOf(one, writer)],
    ['closes', unionText(Object.keys(closes))],
  ])
}

type Member = readonly [name: string, type: string]

/** The parameters of a route or a socket, by their places. */
function inputsOf(route: DocumentedRoute, writer: TypeWriter): Member[] {
  const { path, spec } = route.named.route
  const own = route.named.query
  const query = own ? writer.type(own, 'sent') : '{}'
  return [
    ['params', spec.params ? writer.type(spec.params, 'sent') : paramsOf(path)],
    ['query', intersectionText([query, inputs(route, 'query', writer)])],
    ['headers', inputs(route, 'header', writer)],
    ['cookies', inputs(route, 'cookie', writer)],
  ]
}

/** An operation with its comment, its method and its types. */
function entry({ named }: DocumentedRoute, method: string, types: readonly Member[]): string {
  const { path, spec } = named.route
  const about = docText(
    spec.summary ?? summaryOf(named),
    ...(spec.description === undefined ? [] : ['', spec.description]),
    ...(spec.deprecated === true ? ['', '@deprecated'] : []),
  )
  return `${about}${quoted(named.operationId)}: {
  readonly method: ${quoted(method)}
  readonly path: ${quoted(path)}
  readonly '~types': {
${indented(indented(types.map(([name, type]) => `readonly ${name}: ${type}`).join('\n')))}
  }
}`
}

/** Tells whether calls take an idempotency key, or need one. */
const idempotencyOf = (given: Idempotent): string =>
  typeof given === 'object' && given.required === true ? 'required' : 'optional'

/** Writes the type of a path's parameters: `/:org/tasks/:id` -> `{ org: string; id: string }`. */
const paramsOf = (path: string): string =>
  objectText(
    pathNames(path).map((name) => ({
      name,
      type: 'string',
      optional: false,
      doc: '',
    })),
  )

/** The inputs that dependencies read from this source. */
function inputs({ plan }: DocumentedRoute, source: ParameterSource, writer: TypeWriter): string {
  const steps = plan.steps.flatMap((step) =>
    step.kind === 'parameter' && step.parameter.source === source ? [step] : [],
  )
  const byName = new Map<string, AnySchema>()
  for (const { name, parameter } of steps)
    for (const field of parameter.fields ?? [{ name, schema: parameter.schema }])
      byName.set(field.name, field.schema)
  return objectText(
    [...byName].map(([name, schema]) => ({
      name,
      type: writer.type(schema, 'sent'),
      optional: mayBeAbsent(schema, 'sent') || ['any', 'unknown'].includes(typeOf(schema)),
      doc: writer.doc(schema),
    })),
  )
}

/** The result of a call: that of any success. */
const outOf = ({ named }: DocumentedRoute, writer: TypeWriter): string =>
  unionText(
    declaredResponses(named.route.spec)
      .filter(({ status }) => status < 300)
      .map(({ content }) => contentText(content, writer)),
  )

/** The status of success, or the results by status if the route declares several. */
function sentOf({ named }: DocumentedRoute, writer: TypeWriter): string {
  const { spec } = named.route
  const declared = declaredResponses(spec)
  if (spec.response === undefined || isSchema(spec.response)) return String(declared[0].status)
  const members = declared.map(
    ({ status, content }) => `readonly ${status}: ${contentText(content, writer)}`,
  )
  return `{ ${members.join('; ')} }`
}

/** The type of a content that is not JSON of a schema: a client reads texts and JSON as such. */
function receivedAs({ kind, type }: ContentDefinition): string {
  if (kind === 'text' || type.startsWith('text/')) return 'string'
  return /^(?:\*|application)\/\*$|json$/.test(type) ? 'unknown' : 'Blob'
}

function contentText(content: DeclaredResponse['content'], writer: TypeWriter): string {
  if (content === undefined) return 'unknown'
  if (content === null) return 'void'
  if (!isSchema(content)) return 'undefined'
  const definition = contentOf(content)
  if (definition !== undefined) return receivedAs(definition)
  const stream = streamOf(content)
  if (stream === undefined) return writer.type(content, 'received')
  const { item, raw } = stream
  const types = [item, ...(raw ? [raw] : [])].map((schema) => writer.type(schema, 'received'))
  return `AsyncIterable<${unionText(types)}>`
}

/** The declared errors. A client knows the general ones anyway. */
function errorsOf({ named, plan }: DocumentedRoute, writer: TypeWriter): string {
  const { spec, router } = named.route
  const declared = [...(spec.errors ?? []), ...router.errors, ...named.errors, ...plan.errors]
  return unionText(declared.map((error) => errorText(error, writer)))
}

function errorText(error: DeclaredError, writer: TypeWriter): string {
  if (typeof error === 'number') return `{ readonly status: ${error} }`
  const { status, code, data } = error as ErrorType
  const type = data === undefined ? 'undefined' : writer.type(data, 'received')
  return `{ readonly status: ${status}; readonly code: ${quoted(code)}; readonly data: ${type} }`
}
