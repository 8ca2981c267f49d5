import { InvalidArgumentError, Option } from 'commander'
import { isRule, migrationRules } from '../../migrations/review/rules.ts'

/** Collects the values of an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

function rules(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !isRule(name) && name !== 'all')
  if (unknown !== undefined)
    throw new InvalidArgumentError(
      `There is no rule "${unknown}". Expected one of: ${Object.keys(migrationRules).join(', ')}.`,
    )
  return [...before, ...names]
}

/** `--allow drop-column,…`: unsafe changes that are intended. */
export const allowOption = (): Option =>
  new Option(
    '--allow <rules>',
    'unsafe changes that are intended, such as drop-column; separate several with commas',
  ).argParser(rules)

function backfill(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[^=]+\.[^=]+=./.test(text)) return [...before, text]
  throw new InvalidArgumentError(
    `Write table.column=sql, for example tasks.level="'low'", tasks.due_at="created_at + interval '7 days'" or tasks.level=default.`,
  )
}

/** `--backfill table.column=sql`: values for existing rows; may be given several times. */
export const backfillOption = (): Option =>
  new Option(
    '--backfill <table.column=sql>',
    `the value for existing rows: an SQL expression that may use other columns, for example tasks.level="'low'"`,
  ).argParser(backfill)
