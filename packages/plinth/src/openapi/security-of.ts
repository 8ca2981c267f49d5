import type { Credential, SecurityScheme } from '../dependencies/credential.ts'
import type { DependencyPlan } from '../dependencies/plan.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { DocumentedRoute, JsonSchema } from './openapi.types.ts'

type Requirement = Readonly<Record<string, readonly string[]>>

const credentialsOf = (plan: DependencyPlan): Credential[] =>
  plan.steps.flatMap((step) => (step.kind === 'credential' ? [step.credential] : []))

/** The credentials that a value in the plan depends on. */
function behind(plan: DependencyPlan, slot: number): Credential[] {
  const step = plan.steps[slot]
  if (step?.kind === 'credential') return [step.credential]
  return step?.kind === 'factory' ? step.needs.flatMap(([, need]) => behind(plan, need)) : []
}

/** The scopes that the route's dependencies require of each credential. */
function scopesOf(plan: DependencyPlan): Map<Credential, Set<string>> {
  const scopes = new Map<Credential, Set<string>>()
  for (const step of plan.steps)
    if (step.kind === 'factory' && step.definition.scopes.length > 0)
      for (const credential of behind(plan, step.slot))
        scopes.set(
          credential,
          new Set([...(scopes.get(credential) ?? []), ...step.definition.scopes]),
        )
  return scopes
}

/**
 * Lists the security requirements of a route.
 *
 * All required credentials are needed together; each optional one is an alternative.
 */
export function securityOf(plan: DependencyPlan): Requirement[] {
  const credentials = credentialsOf(plan)
  const scopes = scopesOf(plan)
  const waysOf = (credential: Credential): Requirement[] =>
    credential.schemes.map(({ name }) => ({ [name]: [...(scopes.get(credential) ?? [])] }))
  const together = (requirements: readonly Requirement[], credential: Credential): Requirement[] =>
    waysOf(credential).flatMap((way) => requirements.map((one) => ({ ...one, ...way })))

  const required = credentials.filter((credential) => credential.required)
  const names = new Set(required.flatMap(({ schemes }) => schemes.map(({ name }) => name)))
  const optional = credentials.filter(
    ({ required, schemes }) => !required && !schemes.every(({ name }) => names.has(name)),
  )
  if (credentials.length === 0) return []
  const base = required.reduce(together, [{}])
  const alternatives = [...optional.flatMap((one) => together(base, one)), ...base]
  return [...new Map(alternatives.map((one) => [JSON.stringify(one), one])).values()]
}

/** A scheme as text, without its description: the first one's is documented. */
const meaning = ({ scheme }: SecurityScheme): string =>
  JSON.stringify({ ...scheme, description: undefined })

type Flows = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The scheme, with the paths of its flows below the URL of the API. */
function below(serverUrl: string, scheme: SecurityScheme['scheme']): SecurityScheme['scheme'] {
  const base = serverUrl.replace(/\/+$/, '')
  // The schemes with flows are those of `oauth2Password()`.
  const flows = scheme['flows'] as Flows | undefined
  if (flows === undefined || base === '') return scheme
  const located = (value: unknown): unknown =>
    typeof value === 'string' && value.startsWith('/') ? base + value : value
  const moved = Object.entries(flows).map(([name, flow]) => [
    name,
    Object.fromEntries(Object.entries(flow).map(([key, value]) => [key, located(value)])),
  ])
  return { ...scheme, flows: Object.fromEntries(moved) as Flows }
}

/**
 * The security schemes of all credentials, by name.
 *
 * @param serverUrl - the URL of the API, such as `/v1`, below which the paths of token endpoints are
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two different ones share a name
 */
export function securitySchemes(
  routes: readonly DocumentedRoute[],
  serverUrl: string,
): Record<string, JsonSchema> {
  const found = new Map<string, { security: SecurityScheme; operationId: string }>()
  for (const { named, plan } of routes)
    for (const security of credentialsOf(plan).flatMap(({ schemes }) => schemes)) {
      const known = found.get(security.name)
      if (known && meaning(known.security) !== meaning(security))
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `${known.operationId} and ${named.operationId} have different credentials that are both named "${security.name}": give one of them another schemeName`,
        )
      found.set(security.name, known ?? { security, operationId: named.operationId })
    }
  return Object.fromEntries(
    [...found].map(([name, { security }]) => [name, below(serverUrl, security.scheme)]),
  )
}
