import { PlinthError } from '../../errors/plinth-error.ts'

/**
 * The `query` of a database without relations.
 *
 * Without it, `db.query.Task.findMany()` would fail with "Cannot read properties of undefined".
 */
export const missingRelations: object = new Proxy(
  {},
  {
    get(_, name) {
      // Names that a debugger, a logger or `await` looks for.
      if (typeof name !== 'string' || ['then', 'toJSON', 'constructor', 'inspect'].includes(name))
        return undefined
      throw new PlinthError(
        'PLINTH_RELATIONS_MISSING',
        `db.query.${name}: this database does not know the relations of its models. Pass them: database(url, { relations: relationsOf({ ${name} }) }), or in a test testDatabase({ models, relations })`,
      )
    },
  },
)
