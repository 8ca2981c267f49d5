import type * as z from 'zod'

/** Any Zod schema: Zod's own, Zod Mini's, or a model. */
export type AnySchema = z.core.$ZodType
