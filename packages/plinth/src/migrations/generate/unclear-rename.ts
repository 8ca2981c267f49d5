import { PlinthError } from '../../errors/plinth-error.ts'
import type { Question } from './renames.ts'

/** The `--allow` rule that decides a question with "drop the old one". */
export const dropRules: Readonly<Record<Question['kind'], string>> = {
  column: 'drop-column',
  table: 'drop-table',
  enum: 'drop-type',
  schema: 'drop-schema',
  sequence: 'drop-table',
}

/** The error for a change that may be a rename, with the flags that decide it. */
export function unclearRename({ kind, created, gone }: Question): PlinthError {
  const isOne = gone.length === 1
  return new PlinthError(
    'PLINTH_MIGRATION_UNCLEAR',
    [
      `The ${kind} ${created} is new in the models, and ${gone.join(', ')} ${isOne ? 'is' : 'are'} gone. No migration was written. Choose one:`,
      `It was renamed, and its values stay:`,
      ...gone.map((old) => `  --rename ${old}:${created}`),
      `It is new, and ${gone.join(', ')} ${isOne ? 'is' : 'are'} dropped with all values:`,
      `  --allow ${dropRules[kind]}`,
    ].join('\n'),
  )
}
