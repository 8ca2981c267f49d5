import { PlinthError } from '../errors/plinth-error.ts'
import type {
  DocumentedRoute,
  JsonSchema,
  OpenApiContent,
  OpenApiDocument,
  OpenApiOperation,
} from '../openapi/openapi.types.ts'
import { openapi } from '../openapi/openapi.ts'
import type { OpenApiTool } from '../openapi/documented-tool.ts'
import { documentedPath } from '../routing/path-pattern.ts'
import type { ErrorFormat } from '../openapi/error-documents.ts'
import { closedSchema } from './tool-schema.ts'

/** A tool as clients list it, and the request that it stands for. */
export interface ListedTool extends OpenApiTool {
  readonly inputSchema: JsonSchema & { readonly type: 'object' }
  /** `undefined` for a tool without a result, or with one of several. */
  readonly outputSchema: (JsonSchema & { readonly type: 'object' }) | undefined
  readonly method: string
  /** The path of the route, such as `/api/tasks/:id`. */
  readonly path: string
  readonly inPath: readonly string[]
  readonly inQuery: readonly string[]
  /** `flat`: the fields of the body are arguments; `whole`: the body is the argument `body`. */
  readonly body: 'none' | 'flat' | 'whole'
  /** `true` if the body takes fields that its schema does not name. */
  readonly isOpen: boolean
  /** `true` if the result is wrapped as `{ result }`: structured content is an object. */
  readonly wraps: boolean
  readonly scopes: readonly string[]
}

type Refuse = (problem: string) => PlinthError

/**
 * Describes marked routes as tools, by the OpenAPI document.
 *
 * @throws {PlinthError} `PLINTH_MCP_INVALID`: a route cannot be a tool, or two tools share a name
 */
export function toolList(
  routes: readonly DocumentedRoute[],
  errorFormat: ErrorFormat,
): ListedTool[] {
  const shown = routes.map(({ named, plan }) => ({ named: shownTo(named), plan }))
  const document = openapi({ title: 'Tools', version: '1' }, { routes: shown }, errorFormat)
  const tools = shown.map(({ named }) => {
    const { method, path } = named.route
    const operation = document.paths[documentedPath(path)]![method]!
    const refuse = (problem: string): PlinthError =>
      new PlinthError('PLINTH_MCP_INVALID', `${named.operationId} is marked as a tool: ${problem}`)
    return toolOf(operation, { document, method, path, refuse })
  })
  const names = new Set<string>()
  for (const { name } of tools) {
    if (names.has(name))
      throw new PlinthError(
        'PLINTH_MCP_INVALID',
        `two tools have the name "${name}": give one of them another, with tool: { name }`,
      )
    names.add(name)
  }
  return tools
}

/** A route that the documentation hides is documented for its tool. */
const shownTo = (named: DocumentedRoute['named']): DocumentedRoute['named'] => ({
  ...named,
  route: { ...named.route, spec: { ...named.route.spec, documented: true } },
})

interface Source {
  readonly document: OpenApiDocument
  readonly method: string
  readonly path: string
  readonly refuse: Refuse
}

function toolOf(operation: OpenApiOperation, source: Source): ListedTool {
  const { name, title, description, annotations } = operation['x-mcp-tool']!
  const inPath = namesIn(operation, 'path')
  const inQuery = namesIn(operation, 'query')
  const { inputSchema, body, isOpen } = inputOf(operation, source)
  const output = outputOf(operation, source)
  return {
    name,
    title,
    description,
    annotations,
    inputSchema,
    ...output,
    method: source.method.toUpperCase(),
    path: source.path,
    inPath,
    inQuery,
    body,
    isOpen,
    scopes: [...new Set(operation.security.flatMap((each) => Object.values(each).flat()))],
  }
}

const namesIn = ({ parameters = [] }: OpenApiOperation, place: string): string[] =>
  parameters.filter((parameter) => parameter.in === place).map(({ name }) => name)

type ObjectSchema = JsonSchema & { readonly type: 'object' }

function inputOf(
  { parameters = [], requestBody }: OpenApiOperation,
  { document, refuse }: Source,
): Pick<ListedTool, 'inputSchema' | 'body' | 'isOpen'> {
  const properties: Record<string, unknown> = {}
  const required: string[] = []
  let defs = {}
  const closed = (schema: JsonSchema): JsonSchema => {
    const made = closedSchema(schema, document)
    defs = { ...defs, ...made.defs }
    return made.schema
  }
  for (const parameter of parameters) {
    const { name, in: place, description } = parameter
    if (place === 'header' || place === 'cookie') {
      if (parameter.required === true)
        throw refuse(
          `it needs the ${place} "${name}", which a tool cannot send: make it optional, or remove tool`,
        )
      continue
    }
    if (name in properties)
      throw refuse(`its path and its query both have "${name}": rename one of them`)
    properties[name] = {
      ...closed(parameter.schema),
      ...(description !== undefined && { description }),
    }
    if (parameter.required === true) required.push(name)
  }
  const schema = requestBody && closed(jsonOf(requestBody.content, 'its body', refuse))
  const fields =
    schema?.['type'] === 'object' ? (schema['properties'] as object | undefined) : undefined
  const isFlat = fields !== undefined && Object.keys(fields).every((name) => !(name in properties))
  const extra = schema?.['additionalProperties']
  const isOpen = isFlat && extra !== undefined && extra !== false
  if (isFlat) {
    Object.assign(properties, fields)
    if (requestBody!.required)
      required.push(...((schema!['required'] as string[] | undefined) ?? []))
  } else if (schema !== undefined) {
    if ('body' in properties)
      throw refuse('a parameter is named "body", as the argument with its body')
    properties['body'] = schema
    if (requestBody!.required) required.push('body')
  }
  return {
    body: schema === undefined ? 'none' : isFlat ? 'flat' : 'whole',
    isOpen,
    inputSchema: {
      type: 'object',
      properties,
      ...(required.length > 0 && { required }),
      additionalProperties: isOpen ? extra : false,
      ...(Object.keys(defs).length > 0 && { $defs: defs }),
    },
  }
}

/** The JSON among the media types of a body. A model neither writes nor reads anything else. */
function jsonOf(content: OpenApiContent, what: string, refuse: Refuse): JsonSchema {
  const types = Object.keys(content)
  const other = types.find((type) => !/^application\/(?:[\w.-]+\+)?json\b/.test(type))
  if (other !== undefined)
    throw refuse(
      `${what} is ${other}, and a tool takes and returns JSON: remove tool, or declare another route for agents`,
    )
  return content[types[0]!]?.schema ?? {}
}

function outputOf(
  { responses }: OpenApiOperation,
  { document, refuse }: Source,
): Pick<ListedTool, 'outputSchema' | 'wraps'> {
  const contents = Object.entries(responses).flatMap(([status, response]) => {
    if (/^3(?!04)/.test(status))
      throw refuse(`it redirects with a ${status}, which a tool cannot follow: remove tool`)
    if (!status.startsWith('2')) return []
    const { content } = response as { readonly content?: OpenApiContent }
    return [content && jsonOf(content, 'its response', refuse)]
  })
  const [only] = contents
  if (contents.length !== 1 || only === undefined) return { outputSchema: undefined, wraps: false }
  const { schema, defs } = closedSchema(only, document)
  const wraps = schema['type'] !== 'object'
  const whole: ObjectSchema = wraps
    ? { type: 'object', properties: { result: schema }, required: ['result'] }
    : { ...schema, type: 'object' }
  return {
    wraps,
    outputSchema: { ...whole, ...(Object.keys(defs).length > 0 && { $defs: defs }) },
  }
}
