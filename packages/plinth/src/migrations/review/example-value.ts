/** SQL expressions by the beginning of the types that they fit. */
const examples: readonly (readonly [type: RegExp, sql: string])[] = [
  [/\[/, "'{}'"],
  [/^"?(timestamp|date\b)/i, 'now()'],
  [/^"?time/i, "'00:00'"],
  [/^"?interval/i, "'0'"],
  [/^"?(small|big)?(int|serial)|^"?(numeric|decimal|real|double|float|money)/i, '0'],
  [/^"?bool/i, 'false'],
  [/^"?uuid/i, 'gen_random_uuid()'],
  [/^"?json/i, "'{}'"],
]

/** An SQL expression that fits a column's type, as an example for `--backfill`. Default: a text. */
export const exampleValue = (type = 'text'): string =>
  examples.find(([pattern]) => pattern.test(type))?.[1] ?? "'value'"
