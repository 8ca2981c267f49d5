import type * as z from 'zod'
import type { Dependencies, ValuesOf } from '../dependencies/dependency.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import type { ConnectionFacts } from '../http/request-context.ts'
import type { Returned } from '../schemas/response-value.types.ts'
import type { ToolAnnotations } from '../routing/tools/tool-options.ts'

/** The input of a tool that declares none. */
export interface NoToolInput extends z.core.$ZodType<{}, {}> {}

/** The names of a tool's context, which dependencies cannot have. */
export interface ReservedInTools {
  input?: never
  request?: never
  requestId?: never
  signal?: never
  client?: never
  reply?: never
  respond?: never
  nonce?: never
  log?: never
  params?: never
  query?: never
  headers?: never
  cookies?: never
  body?: never
}

/** Options of {@link tool}. */
export interface FreeToolOptions<In, Out, D> {
  /** Says what the tool is for, and when to use it: a model chooses its tools by this text. */
  readonly description: string
  /** A name for people. Default: the name of the tool in words. */
  readonly title?: string
  /** The schema of the arguments, an object. Unknown ones are refused. Default: none. */
  readonly input?: In
  /** The schema of the result. */
  readonly output: Out
  readonly dependencies?: D
  /** The errors that the handler may throw. */
  readonly errors?: readonly DeclaredError[]
  /** Hints for clients. Default: it may change something, removes nothing, and reaches nothing outside. */
  readonly annotations?: ToolAnnotations
  /** Milliseconds for one call. Default: the app's `limits.deadline`. */
  readonly deadline?: number
}

/** The handler of a tool: it gets the input, the dependencies, and the context of the request. */
export type FreeToolHandler<
  In extends z.core.$ZodType,
  Out extends z.core.$ZodType,
  D extends Dependencies,
> = (
  context: { readonly input: z.output<In> } & ConnectionFacts & ValuesOf<D>,
) => Returned<Out> | Promise<Returned<Out>>

/** A tool for agents that is not a route: the result of {@link tool}. */
export interface Tool {
  readonly name: string
}
