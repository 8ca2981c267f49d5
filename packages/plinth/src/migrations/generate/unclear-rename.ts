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
export function unclearRename({ kind, created, alsoCreated, gone }: Question): PlinthError {
  const all = [created, ...alsoCreated]
  const old = `${gone.join(', ')} ${gone.length === 1 ? 'is' : 'are'}`
  const isOne = all.length === 1
  return new PlinthError(
    'PLINTH_MIGRATION_UNCLEAR',
    [
      `The ${isOne ? kind : plurals[kind]} ${all.join(', ')} ${isOne ? 'is' : 'are'} new in the models, and ${old} gone. No migration was written. Choose one:`,
      `It was renamed, and its values stay:`,
      ...gone.flatMap((from) => all.map((to) => `  --rename ${from}:${to}`)),
      `${isOne ? 'It is' : 'All are'} new, and ${old} dropped with all values:`,
      `  --allow ${dropRules[kind]}`,
    ].join('\n'),
  )
}

const plurals: Readonly<Record<Question['kind'], string>> = {
  column: 'columns',
  table: 'tables',
  enum: 'enums',
  schema: 'schemas',
  sequence: 'sequences',
}
