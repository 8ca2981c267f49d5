import type { DependencyPlan } from '../../dependencies/plan.ts'
import { contentOf } from '../../http/content/content.ts'
import { isForm } from '../../http/form.ts'
import { streamOf } from '../../http/stream.ts'
import { secondsOf } from '../../dependencies/window.ts'
import { isSchema } from '../../schemas/zod-definition.ts'
import { addedNames } from '../added-dependencies.ts'
import { declaredResponses } from '../responses/declared-responses.ts'
import type { NamedRoute, RouteDefinition } from '../route-definition.ts'
import { idempotentOf } from './idempotent-options.ts'

/** The idempotency of a route, compiled. */
export interface IdempotentRoute {
  readonly isRequired: boolean
  /** `true` if all callers share the keys. */
  readonly isShared: boolean
  /** Seconds that a response is kept. */
  readonly keep: number
  /** The slot of the caller. */
  readonly caller: number
}

/** Returns the mistake in the declaration of an idempotent route; `undefined` for a valid one. */
export function idempotentProblem(
  { method, spec }: Pick<RouteDefinition, 'method' | 'spec'>,
  where: string,
): string | undefined {
  if (idempotentOf(spec.idempotent, where) === undefined) return undefined
  if (method === 'get') return 'a GET changes nothing, so that idempotent has no effect: remove it'
  if (spec.body !== undefined && isForm(spec.body))
    return 'idempotent compares the bodies of retries, and cannot compare forms: take JSON, or remove idempotent'
  const isKept = declaredResponses(spec).every(
    ({ content }) =>
      !isSchema(content) ||
      (streamOf(content) === undefined && contentOf(content)?.kind !== 'bytes'),
  )
  return isKept
    ? undefined
    : 'idempotent keeps the response, and cannot keep a stream or bytes: respond with JSON, or remove idempotent'
}

/** Compiles the option `idempotent`; `undefined` without it. */
export function compileIdempotent(
  { route }: NamedRoute,
  plan: DependencyPlan,
): IdempotentRoute | undefined {
  const options = idempotentOf(route.spec.idempotent, route.path)
  if (options === undefined) return undefined
  const caller = plan.named.find(([name]) => name === addedNames.caller)
  return {
    isRequired: options.required === true,
    isShared: options.by === 'anyone',
    keep: secondsOf(options.keep ?? '24h', 'idempotent.keep'),
    caller: caller?.[1] ?? -1,
  }
}
