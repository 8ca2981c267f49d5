import type * as z from 'zod'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Dependencies } from '../dependencies/dependency.ts'
import { router } from '../routing/router.ts'
import { checkTool } from '../routing/tools/tool-options.ts'
import type {
  FreeToolHandler,
  FreeToolOptions,
  NoToolInput,
  ReservedInTools,
  Tool,
} from './tool.types.ts'

type AnyOptions = FreeToolOptions<z.core.$ZodType, z.core.$ZodType, Dependencies>

/** A tool as it was declared. */
export class FreeTool implements Tool {
  readonly name: string
  readonly #options: AnyOptions
  readonly #handler: (context: object) => unknown

  constructor(name: string, options: AnyOptions, handler: (context: never) => unknown) {
    const { description, title, annotations } = options
    checkTool(
      { name, description, ...(title !== undefined && { title }), annotations },
      where(name),
    )
    this.name = name
    this.#options = options
    // The type of `tool()` has checked that it takes this context.
    this.#handler = handler as (context: object) => unknown
  }

  /** The tool as a route, which has the pipeline of every other. */
  routeBelow(path: string): object {
    const { description, title, input, output, annotations, ...rest } = this.#options
    const run = this.#handler
    const words = this.name.replaceAll(/[_-]+/g, ' ').trim()
    return router(path).post(
      `/${this.name}`,
      {
        ...rest,
        ...(input && { body: input }),
        response: output,
        documented: false,
        summary: title ?? words.charAt(0).toUpperCase() + words.slice(1),
        tool: { name: this.name, description, ...(annotations && { annotations }) },
      },
      // The context of a handler is an object of its own, with room for the name that tools use.
      (context) => run(Object.assign(context, { input: context.body ?? {} })) as never,
    )
  }
}

const where = (name: string): string => `the tool "${name}"`

const toolOptions: OptionNames<AnyOptions> = {
  description: true,
  title: true,
  input: true,
  output: true,
  dependencies: true,
  errors: true,
  annotations: true,
  deadline: true,
}

/**
 * Declares a tool for agents that is not a route, for work that spans several of them.
 *
 * It runs as a route does: the dependencies of the app and its own, validation of both sides, the error responses, the
 * request timeout. Export it, and pass its module: `mcp({ tools: { planning } })`.
 *
 * @param name - letters, digits, `_` and `-`, such as `plan_week`
 * @throws {PlinthError} `PLINTH_MCP_INVALID`: the name is not valid, or there is no description or no output
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools
 * @example
 * ```ts
 * import { betterAuth } from 'plinth'
 * import { tool } from 'plinth/mcp'
 * import * as z from 'zod'
 *
 * const user = betterAuth({ url: 'http://localhost:3000' })
 * export const planWeek = tool(
 *   'plan_week',
 *   {
 *     description: 'Spreads the open tasks over the days of a week. Call it before you propose a plan.',
 *     input: z.object({ hoursPerDay: z.int().min(1).max(12) }),
 *     output: z.object({ days: z.array(z.string()) }),
 *     dependencies: { user },
 *   },
 *   ({ input, user }) => ({ days: [`${user.id}: ${input.hoursPerDay} hours on Monday`] }),
 * )
 * ```
 */
export function tool<
  Out extends z.core.$ZodType,
  In extends z.core.$ZodType<object, object> = NoToolInput,
  D extends Dependencies & ReservedInTools = {},
>(name: string, options: FreeToolOptions<In, Out, D>, handler: FreeToolHandler<In, Out, D>): Tool {
  checkOptions(options, toolOptions, where(name))
  const refuse = (problem: string): PlinthError =>
    new PlinthError('PLINTH_MCP_INVALID', `${where(name)}: ${problem}`)
  if ((options as Partial<AnyOptions> | undefined)?.output === undefined)
    throw refuse('it has no output: add the schema of its result')
  if (typeof handler !== 'function') throw refuse('its handler is the third argument of tool()')
  return new FreeTool(name, options, handler)
}
