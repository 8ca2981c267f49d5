import { isCancel, select } from '@clack/prompts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { Ask } from '../../migrations/generate/renames.ts'
import type { Output } from '../output.ts'

/** Asks on the terminal whether a new name is a rename; undefined if there is no terminal to ask on. */
export const renamePrompt = (out: Output): Ask | undefined => (out.interactive ? ask : undefined)

const ask: Ask = async ({ kind, created, gone }) => {
  const choice = await select<string>({
    message: `Is the ${kind} ${created} new, or a new name for an old one?`,
    options: [
      ...gone.map((old) => ({
        value: old,
        label: `${old} was renamed to ${created}`,
        hint: 'its values stay',
      })),
      {
        value: '',
        label: `${created} is new`,
        hint: `${gone.join(', ')} will be dropped, with all values`,
      },
    ],
  })
  if (isCancel(choice))
    throw new PlinthError('PLINTH_COMMAND_REFUSED', 'Canceled. No migration was written.')
  return choice === '' ? undefined : choice
}
