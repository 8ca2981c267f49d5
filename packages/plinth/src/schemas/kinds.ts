import type { AnySchema } from './any-schema.ts'
import { formatOf } from './constraints.ts'
import { bigint } from './kinds/bigint.ts'
import { boolean } from './kinds/boolean.ts'
import { bytes } from './kinds/bytes.ts'
import { choice } from './kinds/choice.ts'
import { unknownTraits } from './kinds/column-traits.ts'
import { decimalKind } from './kinds/decimal.ts'
import { duration } from './kinds/duration.ts'
import { email } from './kinds/email.ts'
import { file } from './kinds/file.ts'
import { instant } from './kinds/instant.ts'
import { integer } from './kinds/integer.ts'
import { ipv4, ipv6 } from './kinds/ip-address.ts'
import { isoDate } from './kinds/iso-date.ts'
import { isoDatetime } from './kinds/iso-datetime.ts'
import { isoDuration } from './kinds/iso-duration.ts'
import { isoTime } from './kinds/iso-time.ts'
import { json } from './kinds/json.ts'
import { nullKind } from './kinds/null.ts'
import { number } from './kinds/number.ts'
import { set } from './kinds/set.ts'
import { templateLiteral } from './kinds/template-literal.ts'
import { text } from './kinds/text.ts'
import { timeOfDay } from './kinds/time-of-day.ts'
import { url } from './kinds/url.ts'
import { uuid } from './kinds/uuid.ts'
import type {
  ColumnFacts,
  ColumnTraits,
  TextFormat,
  ValueKind,
  WireForm,
} from './kinds/value-kind.ts'
import { typeOf } from './zod-definition.ts'

/** Every kind of value, each before the more general ones: `text` takes strings of any format. */
export const kinds: readonly ValueKind[] = [
  uuid,
  decimalKind,
  isoDate,
  isoTime,
  isoDatetime,
  isoDuration,
  email,
  url,
  ipv4,
  ipv6,
  text,
  templateLiteral,
  duration,
  timeOfDay,
  integer,
  number,
  bigint,
  boolean,
  nullKind,
  instant,
  choice,
  set,
  bytes,
  file,
  json,
]

const byType = Map.groupBy(
  kinds.flatMap((kind) => kind.types.map((type) => ({ type, kind }))),
  ({ type }) => type,
)

/** The kind of a schema without wrappers; undefined for a wrapper, or for a type without values of its own. */
export function kindOf(schema: AnySchema): ValueKind | undefined {
  const candidates = byType.get(typeOf(schema)) ?? []
  // most types have one kind, whatever the format
  if (candidates[0]?.kind.formats === undefined) return candidates[0]?.kind
  const format = formatOf(schema)
  const isMatch = ({ formats }: ValueKind): boolean =>
    formats === undefined || (format !== undefined && formats.includes(format))
  return candidates.find(({ kind }) => isMatch(kind))?.kind
}

/** The wire form of a schema, if its kind has one. */
export const wireFormOf = (schema: AnySchema): WireForm | undefined => kindOf(schema)?.wire

/** The JSON Schema formats of all kinds, by name. */
export const textFormats: ReadonlyMap<string, TextFormat> = new Map(
  kinds.flatMap(({ textFormats: all = [] }) => all.map((format) => [format.name, format])),
)

const existingColumns = Map.groupBy(
  kinds.flatMap(({ existingColumns: all = [] }) => all),
  ({ dataType }) => dataType,
)

/** A column of an existing Drizzle table. */
export interface ExistingColumnType {
  /** Drizzle's name for the type of the values, such as `'string uuid'`. */
  readonly dataType: string
  /** The type in Postgres, such as `varchar(20)`. */
  readonly sqlType: string
  readonly facts: ColumnFacts
}

/** The schema and the traits of a column of an existing table; undefined if its type is not known. */
export function existingColumn({
  dataType,
  sqlType,
  facts,
}: ExistingColumnType): { schema: AnySchema; traits: ColumnTraits } | undefined {
  // other types that Drizzle reads as strings, such as times, hold the text that Postgres writes
  const [base = ''] = dataType.split(' ')
  const all =
    existingColumns.get(dataType) ?? (base === 'string' ? existingColumns.get(base) : undefined)
  const [first] = all ?? []
  if (first === undefined) return undefined
  const [, traits = unknownTraits] = all?.find((one) => one.traits?.[0].test(sqlType))?.traits ?? []
  return { schema: first.schema(facts), traits }
}
