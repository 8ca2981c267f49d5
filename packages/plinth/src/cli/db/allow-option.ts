import { InvalidArgumentError, Option } from 'commander'
import { isRule, migrationRules } from '../../database/migration-rules.ts'

/** For an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

function rules(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !isRule(name) && name !== 'all')
  if (wrong !== undefined)
    throw new InvalidArgumentError(
      `There is no rule "${wrong}". They are: ${Object.keys(migrationRules).join(', ')}.`,
    )
  return [...before, ...names]
}

/** `--allow drop-column,…` */
export const allowOption = (): Option =>
  new Option(
    '--allow <rules>',
    'what is meant although it is unsafe, as drop-column; several with commas',
  ).argParser(rules)
