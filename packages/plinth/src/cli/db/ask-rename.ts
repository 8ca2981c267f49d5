import { isCancel, select } from '@clack/prompts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { Output } from '../output.ts'
import type { Ask, Question } from '../../migrations/generate/renames.ts'

const words: Readonly<Record<Question['kind'], string>> = {
  column: 'column',
  table: 'table',
  enum: 'enum',
  schema: 'schema',
  sequence: 'sequence',
}

/** The rule that says that what is gone is to be dropped. */
const dropRules: Readonly<Record<Question['kind'], string>> = {
  column: 'drop-column',
  table: 'drop-table',
  enum: 'drop-type',
  schema: 'drop-schema',
  sequence: 'drop-table',
}

/** Asks a person, or refuses with the flags that answer, where there is none. */
export function askerFor(out: Output, allow: ReadonlySet<string>): Ask {
  return async (question) => {
    if (allow.has(dropRules[question.kind])) return undefined
    if (!out.interactive) throw unclear(question)
    const { kind, created, gone } = question
    const answer = await select<string>({
      message: `Is the ${words[kind]} ${created} new, or another name for what was there?`,
      options: [
        ...gone.map((old) => ({
          value: old,
          label: `${old} was renamed to ${created}`,
          hint: 'its values stay',
        })),
        {
          value: '',
          label: `${created} is new`,
          hint: `${gone.join(', ')} would be dropped, with all values`,
        },
      ],
    })
    if (isCancel(answer))
      throw new PlinthError('PLINTH_COMMAND_REFUSED', 'Nothing was written: it was not answered')
    return answer === '' ? undefined : answer
  }
}

function unclear({ kind, created, gone }: Question): PlinthError {
  const renames = gone.map((old) => `  --rename ${old}:${created}`)
  const isOne = gone.length === 1
  return new PlinthError(
    'PLINTH_MIGRATION_UNCLEAR',
    [
      `The ${words[kind]} ${created} is new in the models, and ${gone.join(', ')} ${isOne ? 'is' : 'are'} gone. Nothing was written: say which of these it is.`,
      `It was renamed, and its values stay:`,
      ...renames,
      `It is new, and ${gone.join(', ')} ${isOne ? 'is' : 'are'} dropped with all values:`,
      `  --allow ${dropRules[kind]}`,
    ].join('\n'),
  )
}
