import { PlinthError } from '../../errors/plinth-error.ts'

/** A rename from a flag: `tasks.title:tasks.heading`, `tasks:todos` for a table, `level.low:level.minor` for a value of an enum. */
export interface Rename {
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly text: string
}

/**
 * Reads `--rename`.
 *
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`: it has another form
 */
export function readRename(text: string): Rename {
  const [from, to, more] = text.split(':').map((side) => side.split('.').filter(Boolean))
  if (!from?.length || !to?.length || more !== undefined)
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `--rename ${text} cannot be read: write table.old:table.new for a column, old:new for a table`,
    )
  return { from, to, text }
}
