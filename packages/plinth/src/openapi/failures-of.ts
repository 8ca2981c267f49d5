import type * as z from 'zod'
import type { DeclaredError, ErrorType } from '../errors/error-type.ts'
import { versionField } from '../routing/entity-tag.ts'
import { contentOf } from '../http/content/content.ts'
import {
  declaredResponses,
  type DeclaredResponse,
} from '../routing/responses/declared-responses.ts'
import { isSchema } from '../schemas/zod-definition.ts'
import type { DocumentedRoute } from './openapi.types.ts'

/** An error type, whatever the schema of its data. */
export type AnyErrorType = ErrorType<string, number, z.core.$ZodType>

/** The ways a route can fail with one status. */
export interface Failure {
  readonly status: number
  /** True if it can also be an error without an error type. */
  readonly general: boolean
  readonly types: readonly AnyErrorType[]
}

const hasBody = ({ named, plan }: DocumentedRoute): boolean =>
  named.route.spec.body !== undefined || plan.bodies.length > 0

const hasInput = (route: DocumentedRoute): boolean =>
  hasBody(route) ||
  route.named.route.spec.params !== undefined ||
  route.named.route.spec.query !== undefined ||
  /[:*]/.test(route.named.route.path) ||
  route.plan.steps.some((step) => step.kind === 'parameter')

const needsCredential = ({ plan }: DocumentedRoute): boolean =>
  plan.steps.some((step) => step.kind === 'credential' && step.credential.required)

const isIdempotent = ({ named }: DocumentedRoute): boolean => Boolean(named.route.spec.idempotent)

const limitsCallers = ({ named }: DocumentedRoute): boolean =>
  (named.route.socket?.limits.perCaller ?? 0) > 0

/** The error statuses that follow from a route's inputs. */
const implied: readonly (readonly [status: number, when: (route: DocumentedRoute) => boolean])[] = [
  // a malformed URL or a repeated header is refused before routing
  [400, () => true],
  [401, needsCredential],
  // a retry while the first request runs
  [409, isIdempotent],
  [413, hasBody],
  [415, hasBody],
  [416, (route) => partialResponse(route) !== undefined],
  [422, (route) => hasInput(route) || isIdempotent(route)],
  [429, limitsCallers],
  [500, () => true],
  [503, () => true],
]

/** All failures of a route, by status in ascending order. */
export function failuresOf(route: DocumentedRoute): Failure[] {
  const { spec, router } = route.named.route
  const declared: readonly DeclaredError[] = [
    ...(spec.errors ?? []),
    ...router.errors,
    ...route.named.errors,
    ...route.plan.errors,
  ]
  const general = new Set([
    ...implied.filter(([, when]) => when(route)).map(([status]) => status),
    ...declared.filter((error) => typeof error === 'number'),
  ])
  const types = [
    ...new Set(declared.filter((error) => typeof error !== 'number')),
  ] as AnyErrorType[]
  const statuses = new Set([...general, ...types.map((type) => type.status)])
  return [...statuses]
    .toSorted((a, b) => a - b)
    .map((status) => ({
      status,
      general: general.has(status),
      types: types.filter((type) => type.status === status),
    }))
}

type Spec = Parameters<typeof declaredResponses>[0]

/** The status of a route's success: the first, if it has several. */
export const successOf = (spec: Spec): number => declaredResponses(spec)[0].status

/** The response of a GET with this status and a content for which a test holds. */
function readWith(
  { named }: DocumentedRoute,
  test: (content: DeclaredResponse['content']) => boolean,
): DeclaredResponse | undefined {
  if (named.route.method !== 'get') return undefined
  return declaredResponses(named.route.spec).find(
    ({ status, content }) => status === 200 && test(content),
  )
}

/** Returns the response with bytes that a route may send in part. */
export const partialResponse = (route: DocumentedRoute): DeclaredResponse | undefined =>
  readWith(route, (content) => isSchema(content) && contentOf(content)?.kind === 'bytes')

/** Tests whether a route can respond with 304 to a caller that has the current row or file. */
export const isConditional = (route: DocumentedRoute): boolean =>
  readWith(route, (content) => versionField(content) !== undefined) !== undefined ||
  partialResponse(route) !== undefined

/**
 * Lists all statuses of a route in ascending order.
 *
 * They are those that it declares, its errors, and those that follow from its inputs.
 */
export function statusesOf(route: DocumentedRoute): number[] {
  const declared = declaredResponses(route.named.route.spec).map(({ status }) => status)
  const failures = failuresOf(route).map((failure) => failure.status)
  const implied = [
    ...(isConditional(route) ? [304] : []),
    ...(partialResponse(route) === undefined ? [] : [206]),
  ]
  return [...new Set([...declared, ...implied, ...failures])].toSorted((a, b) => a - b)
}
