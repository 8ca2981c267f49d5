import * as z from 'zod'
import { tagByRowIn } from '../routing/entity-tag.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import type { OwnHandlers } from './resource-handlers.ts'

/** Puts rows and bodies below a name, or leaves them as they are. */
export interface Wrapper {
  /** The schema of a request body. */
  readonly body: (schema: AnySchema) => AnySchema
  /** The schema of a response that is one row. */
  readonly row: (model: AnySchema) => AnySchema
  readonly handlers: (own: OwnHandlers) => OwnHandlers
}

const same: Wrapper = {
  body: (schema) => schema,
  row: (model) => model,
  handlers: (own) => own,
}

/** The wrapper of a resource: `{ article: … }` for the name `article`. */
export function wrapperOf(name: string | undefined): Wrapper {
  if (name === undefined) return same
  const wrapped =
    (handler: OwnHandlers['read']): OwnHandlers['read'] =>
    async (given) => {
      const { body } = given as { readonly body?: Readonly<Record<string, object>> }
      // A copy has the inputs and dependencies, which are all that these handlers read.
      const inner = { ...given, body: body?.[name] ?? {} }
      return { [name]: await handler(inner) }
    }
  return {
    body: (schema) => z.strictObject({ [name]: schema }),
    row: (model) => {
      const response = z.object({ [name]: model })
      tagByRowIn(response, name)
      return response
    },
    handlers: (own) => ({
      ...own,
      create: wrapped(own.create),
      read: wrapped(own.read),
      replace: wrapped(own.replace),
      update: wrapped(own.update),
    }),
  }
}
