import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'

/**
 * Hints about what a tool does, by their names in the Model Context Protocol. A client may ask its user by them.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools
 */
export interface ToolAnnotations {
  /** It changes nothing. Default: `true` for GET. */
  readonly readOnlyHint?: boolean
  /** It may remove or overwrite what exists. Default: `true` for DELETE, PUT and PATCH. */
  readonly destructiveHint?: boolean
  /** A second call with the same arguments has no further effect. Default: `true` for all methods except POST. */
  readonly idempotentHint?: boolean
  /** It reaches systems that the API does not own, such as the web. Default `false`. */
  readonly openWorldHint?: boolean
}

/** Marks a route as a tool for agents (`plinth/mcp`). */
export interface ToolOptions {
  /** Letters, digits, `_` and `-`, at most 64. Default: the operation id, with `_` for other characters: `tasks_list`. */
  readonly name?: string
  /** A name for people. Default: the summary of the route. */
  readonly title?: string
  /**
   * Says what the tool is for, and when to use it, in one or two sentences.
   *
   * A model chooses its tools by this text, so it is required: write it for that reader, and not for your developers.
   */
  readonly description: string
  /** Hints that differ from those of the method. */
  readonly annotations?: ToolAnnotations
}

const toolOptions: OptionNames<ToolOptions> = {
  name: true,
  title: true,
  description: true,
  annotations: true,
}
const annotationNames: OptionNames<ToolAnnotations> = {
  readOnlyHint: true,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true,
}
const toolName = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Checks the options of a tool.
 *
 * @param where - the route, for the message
 * @throws {PlinthError} `PLINTH_MCP_INVALID`: there is no description, or a value is wrong
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 */
export function checkTool(given: unknown, where: string): void {
  if (given === undefined) return
  const refuse = (problem: string): PlinthError =>
    new PlinthError('PLINTH_MCP_INVALID', `${where}: tool: ${problem}`)
  if (typeof given !== 'object' || given === null)
    throw refuse(
      'write tool: { description: … }, which says what the tool is for and when to use it',
    )
  checkOptions(given, toolOptions, `${where}: tool`)
  const { name, title, description, annotations } = given as Readonly<Record<string, unknown>>
  if (typeof description !== 'string' || description.trim() === '')
    throw refuse(
      'it has no description, by which a model decides when to call it: add description: "…"',
    )
  if (name !== undefined && !(typeof name === 'string' && toolName.test(name)))
    throw refuse(`the name ${JSON.stringify(name)} is not 1 to 64 letters, digits, "_" and "-"`)
  if (title !== undefined && (typeof title !== 'string' || title.trim() === ''))
    throw refuse('the title is empty: remove it, or write a name for people')
  checkOptions(annotations, annotationNames, `${where}: tool: annotations`)
  for (const [hint, value] of Object.entries(annotations ?? {}))
    if (typeof value !== 'boolean') throw refuse(`the annotation ${hint} must be true or false`)
}

/** The name of a tool whose options have none. */
export const defaultToolName = (operationId: string): string =>
  operationId.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)
