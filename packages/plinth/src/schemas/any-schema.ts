import type * as z from 'zod'

/** The smallest thing that Zod calls a schema: Zod's own, Zod Mini's, and a model. */
export type AnySchema = z.core.$ZodType
