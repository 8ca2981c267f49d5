import type * as z from 'zod'

/**
 * Any Zod schema: Zod's own, Zod Mini's, or a model.
 *
 * Declare functions by this type. A function that returns a `z.ZodType` makes TypeScript compare all methods of two
 * classes of schemas, which is 330,000 instantiations: more than all other types of Plinth together.
 */
export type AnySchema = z.core.$ZodType
