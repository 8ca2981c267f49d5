import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { definitionOf, type Injectable } from '../dependencies/dependency.ts'
import { plan } from '../dependencies/plan.ts'
import type { ProtectedResource } from '../dependencies/traits.ts'
import { dependenciesOf } from '../dependencies/with-traits.ts'
import { FreeTool } from './tool.ts'
import type { McpOptions } from './mcp.types.ts'

/** Checked options, with defaults. */
export interface McpSetup {
  readonly user: Dependency<unknown> | null
  readonly path: string
  /** The URL of the endpoint and where its tokens come from; `undefined` without an authorization server. */
  readonly resource: ProtectedResource | undefined
  readonly scopes: readonly string[]
  readonly tools: readonly FreeTool[]
  readonly instructions: string | undefined
  readonly maxBody: number | undefined
  readonly maxBatch: number
  readonly maxResult: number
  readonly deadline: number
}

const mcpOptions: OptionNames<McpOptions> = {
  user: true,
  path: true,
  resource: true,
  authorizationServers: true,
  scopes: true,
  tools: true,
  instructions: true,
  maxBody: true,
  maxBatch: true,
  maxResult: true,
  deadline: true,
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_MCP_INVALID', `mcp(): ${problem}`)

/**
 * Checks the options of `mcp()`.
 *
 * @throws {PlinthError} `PLINTH_MCP_INVALID`, `PLINTH_OPTION_UNKNOWN`
 */
export function checkMcpOptions(options: McpOptions): McpSetup {
  const given: Partial<McpOptions> = options ?? {}
  checkOptions(given, mcpOptions, 'mcp()')
  const { path = '/mcp', user, scopes = [], instructions, maxBody } = given
  if (user === undefined)
    throw invalid(
      'it has no user: pass the dependency that authenticates callers, or null to let everyone list the tools',
    )
  if (!/^(?:\/[\w.~-]+)+$/.test(path))
    throw invalid(`the path ${JSON.stringify(path)} is not a plain path such as "/mcp"`)
  const badScope = scopes.find((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
  if (badScope !== undefined)
    throw invalid(`the scope ${JSON.stringify(badScope)} has spaces or quotes`)
  if (user !== null) checkUser(user)
  return {
    user,
    path,
    resource: resourceOf(given, user),
    scopes,
    tools: toolsIn(given.tools ?? {}),
    instructions,
    maxBody: maxBody === undefined ? undefined : number('maxBody', maxBody, 1),
    maxBatch: number('maxBatch', given.maxBatch ?? 20, 1),
    maxResult: number('maxResult', given.maxResult ?? 1_000_000, 1),
    deadline: number('deadline', given.deadline ?? 60_000, 0),
  }
}

function number(name: string, value: number, least: number): number {
  if (!(Number.isInteger(value) && value >= least))
    throw invalid(`${name} must be a whole number from ${least} on`)
  return value
}

/** The endpoint has no inputs of its own, so its caller is known by a credential alone. */
function checkUser(user: Dependency<unknown>): void {
  const { steps } = plan([{ user: definitionOf(user, 'mcp(): user') }])
  const input = steps.find((step) => step.kind === 'parameter')
  if (input !== undefined)
    throw invalid(
      `user reads the ${input.parameter.source} parameter "${input.name}", which a request to the endpoint does not have: read the credential with bearer(), apiKey() or betterAuth()`,
    )
}

/** The resource of `betterAuth({ mcp })`, which may be behind other dependencies, such as `requireScope()`. */
function resourceBehind(user: Dependency<unknown> | null): ProtectedResource | undefined {
  if (user === null) return undefined
  const record: Record<string, Injectable> = { user: definitionOf(user, 'mcp(): user') }
  return dependenciesOf([record]).find(({ traits }) => traits.resource)?.traits.resource
}

function resourceOf(
  { resource, authorizationServers, scopes }: Partial<McpOptions>,
  user: Dependency<unknown> | null,
): ProtectedResource | undefined {
  const known = resourceBehind(user)
  const servers = authorizationServers ?? known?.authorizationServers
  const url = resource ?? known?.url
  if (known !== undefined && url !== known.url)
    throw invalid(
      `resource is "${url}", and betterAuth({ mcp }) takes tokens for "${known.url}": remove resource`,
    )
  if (servers === undefined && scopes !== undefined)
    throw invalid('scopes has no effect without authorizationServers: remove it, or add them')
  if (servers === undefined && resource === undefined) return undefined
  if (servers === undefined || servers.length === 0)
    throw invalid(
      'resource has no effect without authorizationServers: add the issuer of its tokens',
    )
  if (url === undefined)
    throw invalid(
      'authorizationServers needs resource: the URL of the endpoint, which tokens name as their audience',
    )
  for (const [name, one] of [
    ['resource', url],
    ...servers.map((it) => ['authorizationServers', it]),
  ])
    if (!isHttpUrl(one))
      throw invalid(`${name}: ${JSON.stringify(one)} is not an HTTP URL without query and fragment`)
  return { url, authorizationServers: servers }
}

function isHttpUrl(text: unknown): boolean {
  const url = typeof text === 'string' ? URL.parse(text) : null
  return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
}

/** Finds the tools that modules export. */
function toolsIn(modules: Readonly<Record<string, object>>): FreeTool[] {
  const found = Object.entries(modules).flatMap(([name, module]) => {
    const tools = Object.values(module).filter((each) => each instanceof FreeTool)
    if (module instanceof FreeTool || tools.length === 0)
      throw invalid(
        `tools: the module "${name}" exports no tool: pass a module whose exports include tools of tool()`,
      )
    return tools
  })
  return [...new Set(found)]
}
