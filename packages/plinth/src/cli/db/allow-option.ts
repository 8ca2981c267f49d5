import { InvalidArgumentError, Option } from 'commander'
import { isRule, migrationRules } from '../../migrations/review/rules.ts'

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

function backfill(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[^=]+\.[^=]+=./.test(text)) return [...before, text]
  throw new InvalidArgumentError(
    `Write table.column=sql, as tasks.level="'low'", or tasks.level=default.`,
  )
}

/** `--backfill table.column=sql`, several times. */
export const backfillOption = (): Option =>
  new Option(
    '--backfill <table.column=sql>',
    `what rows get that have no value, as tasks.level="'low'"`,
  ).argParser(backfill)
