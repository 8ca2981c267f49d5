import type { OpenApiTool } from './documented-tool.ts'
import type { DependencyPlan } from '../dependencies/plan.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import type { WebhookOptions } from '../routing/route-words.ts'

/** How the document writes schemas. */
export interface SchemaOptions {
  /**
   * `false` documents a schema once, for requests and responses, if only defaults tell the two apart.
   *
   * A field with a default is not required in it, although a response always has it. Default `true`: the response has a
   * schema of its own then, such as `TaskOutput`.
   */
  readonly separateInputOutputSchemas?: boolean
}

/** The words of an API about itself. */
export interface ApiWords {
  /** A summary of one line. */
  readonly summary?: string
  readonly termsOfService?: string
  readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string }
  /** The license. `identifier` is an SPDX expression, such as `MIT`; it excludes `url`. */
  readonly license?: { readonly name: string; readonly identifier?: string; readonly url?: string }
  /** The URLs of the API. Default: the host that served the document. */
  readonly servers?: readonly { readonly url: string; readonly description?: string }[]
  /** Groups with descriptions, in the order of the documentation. Other groups follow in the order of `routes`. */
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  /** Requests that the API sends to its users, by name. They exist in the documentation alone. */
  readonly webhooks?: Readonly<Record<string, WebhookOptions>>
}

/** Information about the API as a whole. */
export interface OpenApiOptions extends ApiWords, SchemaOptions {
  readonly title: string
  /** The version of the API, such as `1.4.0`. */
  readonly version: string
  /** A longer description, in Markdown. */
  readonly description?: string
  /** The modules of routes, in the order of the documentation. */
  readonly groups?: readonly string[]
}

/** A route with the plan of its dependencies: everything an operation is made from. */
export interface DocumentedRoute {
  readonly named: NamedRoute
  readonly plan: DependencyPlan
}

/** A JSON Schema (2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A reference into `components`. */
export interface OpenApiReference {
  readonly $ref: string
  readonly description?: string
}

export interface OpenApiParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly required?: boolean
  readonly description?: string
  readonly deprecated?: boolean
  readonly style?: string
  readonly explode?: boolean
  readonly examples?: JsonSchema
  readonly schema: JsonSchema
}

/** Bodies by media type. */
export type OpenApiContent = Readonly<
  Record<
    string,
    {
      readonly schema?: JsonSchema
      readonly encoding?: JsonSchema
      /** A value that the schema accepts, for the body of a request. */
      readonly example?: unknown
    }
  >
>

export interface OpenApiHeader {
  readonly description?: string
  readonly required?: boolean
  readonly schema: JsonSchema
}

export interface OpenApiResponse {
  readonly description: string
  readonly headers?: Readonly<Record<string, OpenApiHeader | OpenApiReference>>
  readonly content?: OpenApiContent
}

/** One operation of the document: a method of a path. */
export interface OpenApiOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly deprecated?: boolean
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly OpenApiParameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: OpenApiContent }
  readonly responses: Readonly<Record<string, OpenApiResponse | OpenApiReference>>
  readonly callbacks?: JsonSchema
  /** The tool for agents that the route is marked as. */
  readonly 'x-mcp-tool'?: OpenApiTool
}

/** A WebSocket of the document. OpenAPI has none, so this is an extension. */
export interface OpenApiSocket extends Omit<
  OpenApiOperation,
  'requestBody' | 'responses' | 'callbacks' | 'x-mcp-tool'
> {
  /** The messages that the server receives, as JSON text. */
  readonly receive?: JsonSchema
  /** The messages that the server sends, as JSON text. */
  readonly send?: JsonSchema
  /** The codes with which the server closes a connection, and their meanings. */
  readonly closeCodes: Readonly<Record<string, string>>
  /** Bytes per `message`, messages per second (`rate`), milliseconds without one (`idle`), open sockets `perCaller`. */
  readonly limits: Readonly<Record<string, number>>
  /** The responses that refuse a connection, by status. */
  readonly responses: OpenApiOperation['responses']
}

/** An OpenAPI 3.1 document, with the members that Plinth writes. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: Omit<OpenApiOptions, 'servers' | 'tags' | 'webhooks' | 'groups'>
  readonly servers: NonNullable<OpenApiOptions['servers']>
  readonly tags: NonNullable<OpenApiOptions['tags']>
  /** Operations by path, such as `/api/tasks/{id}`, and method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  /** WebSockets by path, such as `/rooms/{room}`. */
  readonly 'x-websockets'?: Readonly<Record<string, OpenApiSocket>>
  /** Requests that the API sends, by name and method. */
  readonly webhooks?: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
  readonly components: {
    readonly schemas?: Readonly<Record<string, JsonSchema>>
    readonly responses?: Readonly<Record<string, OpenApiResponse>>
    readonly headers?: Readonly<Record<string, OpenApiHeader>>
    readonly securitySchemes?: Readonly<Record<string, JsonSchema>>
  }
}
