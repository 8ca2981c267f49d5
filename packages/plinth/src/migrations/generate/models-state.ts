import { PlinthError } from '../../errors/plinth-error.ts'
import { distinctModels } from './distinct-models.ts'
import type { DrizzleKit, Snapshot } from './drizzle-kit.ts'

/**
 * The state of the tables that models declare.
 *
 * @param after - the previous state
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: a name contains a quotation mark, which drizzle-kit does not escape;
 * or two exports declare one name
 */
export async function stateOfModels(
  kit: DrizzleKit,
  models: Readonly<Record<string, unknown>>,
  after?: Snapshot,
): Promise<Snapshot> {
  const state = await kit.generateDrizzleJson(await distinctModels(models), after?.id)
  const names = state.ddl.flatMap((entity) => ('name' in entity ? entity.name : []))
  const wrong = names.find((name) => name.includes('"'))
  if (wrong !== undefined)
    throw new PlinthError(
      'PLINTH_MODEL_INVALID',
      `The name ${wrong} contains a quotation mark, which migrations do not support. Choose another name`,
    )
  return state
}
