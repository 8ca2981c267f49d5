import type * as z from 'zod'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Method } from './client-route.types.ts'

/** An example of a body or of a parameter, for the documentation. */
export interface NamedExample {
  readonly summary?: string
  readonly description?: string
  /** The value as it is on the wire. It may be one that the route refuses. */
  readonly value: unknown
}

/** Examples by their names. */
export type NamedExamples = Readonly<Record<string, NamedExample>>

/** The parts of a route's operation that follow from none of its schemas. They change the documentation alone. */
export interface RouteWords {
  /** Default: that of the app's `operationId`, or `tasks.list` for `list` of the module `tasks`. */
  readonly operationId?: string
  /** Examples of the body, and of parameters by name: `{ body: { normal: { value: … } }, query: { limit: { … } } }`. */
  readonly examples?: {
    readonly body?: NamedExamples
    readonly params?: Readonly<Record<string, NamedExamples>>
    readonly query?: Readonly<Record<string, NamedExamples>>
    readonly headers?: Readonly<Record<string, NamedExamples>>
    readonly cookies?: Readonly<Record<string, NamedExamples>>
  }
  /** Descriptions of responses by status, in Markdown: `{ 200: 'The task', 404: 'The task was removed' }`. */
  readonly responseDescriptions?: Readonly<Record<number, string>>
  /** Requests that the API sends in the course of the operation, by name. */
  readonly callbacks?: Readonly<Record<string, CallbackOptions>>
  /** Members that are merged into the operation at last, such as `{ 'x-internal': true }`. */
  readonly openapi?: Readonly<Record<string, unknown>>
}

/** A route that gets an operation id. */
export interface NameableRoute {
  /** The key of its module in `routes`, such as `tasks`. */
  readonly module: string
  /** The name of its export, such as `list`. */
  readonly name: string
  readonly method: Method
  /** The whole path, such as `/api/tasks/:id`. */
  readonly path: string
  readonly tags: readonly string[]
}

/** The names of these options. */
export const routeWords: OptionNames<RouteWords> = {
  operationId: true,
  examples: true,
  responseDescriptions: true,
  callbacks: true,
  openapi: true,
}

/** A request that the API sends, for the documentation. */
export interface WebhookOptions {
  /** Default `post`. */
  readonly method?: Method
  /** Schema of the body that is sent. */
  readonly body?: z.core.$ZodType
  /** Schema of the response that the API expects. Default: none. */
  readonly response?: z.core.$ZodType
  /** Status of that response. Default 200. */
  readonly status?: number
  readonly summary?: string
  /** A description, in Markdown. */
  readonly description?: string
  readonly tags?: readonly string[]
  readonly deprecated?: boolean
  readonly operationId?: string
}

/** A request that the API sends in the course of an operation. */
export interface CallbackOptions extends WebhookOptions {
  /**
   * The URL, with runtime expressions such as `{$request.body#/callbackUrl}`.
   *
   * @see https://spec.openapis.org/oas/v3.1.1.html#runtime-expressions
   */
  readonly url: string
}

const webhookOptions: OptionNames<WebhookOptions> = {
  method: true,
  body: true,
  response: true,
  status: true,
  summary: true,
  description: true,
  tags: true,
  deprecated: true,
  operationId: true,
}
const callbackOptions: OptionNames<CallbackOptions> = { ...webhookOptions, url: true }
const examplePlaces = {
  body: true,
  params: true,
  query: true,
  headers: true,
  cookies: true,
} as const
const exampleOptions: OptionNames<NamedExample> = { summary: true, description: true, value: true }

/** @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist */
export function checkWebhooks(
  webhooks: Readonly<Record<string, WebhookOptions>> | undefined,
): void {
  for (const [name, options] of Object.entries(webhooks ?? {}))
    checkOptions(options, webhookOptions, `app(): webhooks.${name}`)
}

/**
 * Checks the words of a route.
 *
 * @param where - the route, for the message
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 * @throws {PlinthError} `PLINTH_OPENAPI_INVALID`: a callback without its URL, an operation id without a letter
 */
export function checkRouteWords(words: RouteWords, where: string): void {
  const { operationId, examples, callbacks = {} } = words
  if (operationId !== undefined) checkOperationId(operationId, where)
  checkOptions(examples, examplePlaces, `${where}: examples`)
  for (const [place, byName] of Object.entries(examples ?? {}))
    for (const all of place === 'body' ? [byName] : Object.values(byName as object))
      for (const [name, example] of Object.entries(all as NamedExamples))
        checkOptions(example, exampleOptions, `${where}: the example "${name}"`)
  for (const [name, options] of Object.entries(callbacks)) {
    checkOptions(options, callbackOptions, `${where}: callbacks.${name}`)
    if (typeof options.url !== 'string' || options.url === '')
      throw new PlinthError(
        'PLINTH_OPENAPI_INVALID',
        `${where}: callbacks.${name} has no url: write one such as '{$request.body#/callbackUrl}'`,
      )
  }
}

/** @throws {PlinthError} `PLINTH_OPENAPI_INVALID`: it is not a text without spaces */
export function checkOperationId(
  operationId: unknown,
  where: string,
): asserts operationId is string {
  if (typeof operationId === 'string' && /^\S+$/.test(operationId)) return
  throw new PlinthError(
    'PLINTH_OPENAPI_INVALID',
    `${where}: the operation id ${JSON.stringify(operationId)} must be text without spaces`,
  )
}
