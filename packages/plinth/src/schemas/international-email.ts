import type { AnySchema } from './any-schema.ts'
import { email, internationalEmail } from './kinds/email.ts'
import { kindOf } from './kinds.ts'
import { rewriter } from './rewrite.ts'

/** Lets each `z.email()` inside a schema accept addresses of any alphabet, as on the wire. */
export const withInternationalEmail: (schema: AnySchema) => AnySchema = rewriter({
  replaces: (schema) => kindOf(schema) === email && email.wire?.differs(schema, 'json') === true,
  replace: internationalEmail,
})
