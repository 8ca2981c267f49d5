import type { Credential, SecurityScheme } from '../dependencies/credential.ts'
import type { Plan } from '../dependencies/plan.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { DocumentedRoute, JsonSchema } from './openapi.types.ts'

type Requirement = Readonly<Record<string, readonly string[]>>

const credentialsOf = (plan: Plan): Credential[] =>
  plan.steps.flatMap((step) => (step.kind === 'credential' ? [step.credential] : []))

const requirement = (credentials: readonly Credential[]): Requirement =>
  Object.fromEntries(credentials.map((credential) => [credential.security.name, []]))

/** What a caller must send: all that is required together, each optional one besides as an alternative. */
export function securityOf(plan: Plan): Requirement[] {
  const credentials = credentialsOf(plan)
  const required = credentials.filter((credential) => credential.required)
  const names = new Set(required.map((credential) => credential.security.name))
  const optional = credentials.filter(
    (credential) => !credential.required && !names.has(credential.security.name),
  )
  if (credentials.length === 0) return []
  const alternatives = new Map(
    [...optional.map((one) => requirement([...required, one])), requirement(required)].map(
      (one) => [JSON.stringify(one), one],
    ),
  )
  return [...alternatives.values()]
}

/**
 * The schemes of all credentials by name.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two different ones share a name
 */
export function securitySchemes(routes: readonly DocumentedRoute[]): Record<string, JsonSchema> {
  const found = new Map<string, { security: SecurityScheme; operationId: string }>()
  for (const { named, plan } of routes)
    for (const { security } of credentialsOf(plan)) {
      const known = found.get(security.name)
      if (known && JSON.stringify(known.security.scheme) !== JSON.stringify(security.scheme))
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `${known.operationId} and ${named.operationId} have different credentials that are both named "${security.name}": name one of them otherwise`,
        )
      found.set(security.name, known ?? { security, operationId: named.operationId })
    }
  return Object.fromEntries([...found].map(([name, { security }]) => [name, security.scheme]))
}
