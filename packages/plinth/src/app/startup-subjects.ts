import type { NamedRoute } from '../routing/route-definition.ts'
import { fieldsOf } from '../schemas/fields-of.ts'

/** The parts of a route's declaration that may have startup warnings. */
export const subjectsOf = ({ route: { router, spec } }: NamedRoute): object[] => [
  router,
  ...(spec.body ? [spec.body] : []),
  ...Object.values((spec.query && fieldsOf(spec.query)) ?? {}),
]
