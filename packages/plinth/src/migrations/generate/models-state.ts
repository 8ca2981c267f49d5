import { PlinthError } from '../../errors/plinth-error.ts'
import type { DrizzleKit, Snapshot } from './drizzle-kit.ts'

/**
 * The state of all tables that models ask for.
 *
 * @param after - the state that it follows
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: a name has a quotation mark, which drizzle-kit writes as it is
 */
export async function stateOfModels(
  kit: DrizzleKit,
  models: Readonly<Record<string, unknown>>,
  after?: Snapshot,
): Promise<Snapshot> {
  const state = await kit.generateDrizzleJson(models, after?.id)
  const names = state.ddl.flatMap((entity) => ('name' in entity ? entity.name : []))
  const wrong = names.find((name) => name.includes('"'))
  if (wrong !== undefined)
    throw new PlinthError(
      'PLINTH_MODEL_INVALID',
      `The name ${wrong} has a quotation mark, with which no migration can be written: choose another one`,
    )
  return state
}
