import {
  bigint,
  boolean,
  date,
  doublePrecision,
  integer,
  numeric,
  text,
  uuid,
  varchar,
  type AnyPgColumnBuilder,
} from 'drizzle-orm/pg-core'
import * as accepted from './accepted.ts'
import type { Acceptance } from './accepted.ts'
import { instantColumn, isoDatetimeColumn, isoTimeColumn, jsonColumn } from './column-builders.ts'
import { constraintsOf, type Bound, type Constraints } from './constraints.ts'
import { canonicalDecimal } from '../schemas/decimal.ts'
import { jsonAcceptance } from './json-acceptance.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { definitionOf, eager, some } from '../schemas/rewrite.ts'

/**
 * How a column's values are written by Postgres itself, and so what must be done to them where it writes JSON:
 * `bigint` and `decimal` go as text and `timestamp` as ISO 8601; `jsonb` is equal but not byte for byte; `other` is not known.
 */
export type ColumnKind =
  | 'text'
  | 'uuid'
  | 'integer'
  | 'double'
  | 'bigint'
  | 'decimal'
  | 'boolean'
  | 'timestamp'
  | 'date'
  | 'time'
  | 'jsonb'
  | 'other'

type Check = readonly [label: string, sql: (column: string) => string]

/** What follows from a schema for its column. */
export interface ColumnPlan {
  readonly kind: ColumnKind
  readonly build: (name: string) => AnyPgColumnBuilder
  /** CHECKs: a word that names each, and its SQL for a column of this (quoted) name. */
  readonly checks: readonly Check[]
  /** What the column asks of a value beyond the schema. */
  readonly acceptance: Acceptance
}

/** Why no column follows from a schema: the end of a sentence that begins with the field's name. */
export class UnsupportedSchema extends Error {}

const giveOne = 'give it one with field(schema, { column: (name) => … })'
const plan = (
  kind: ColumnKind,
  build: ColumnPlan['build'],
  more: Partial<ColumnPlan> = {},
): ColumnPlan => ({ kind, build, checks: [], acceptance: {}, ...more })

const maxVarchar = 10_485_760

function plainText({ minLength = 0, maxLength }: Constraints, indexed: boolean): ColumnPlan {
  const build = (name: string) =>
    maxLength !== undefined && maxLength > 0 && maxLength <= maxVarchar
      ? varchar(name, { length: maxLength })
      : text(name)
  // a character takes four bytes at most
  const mayBeLong = indexed && (maxLength ?? Infinity) > 600
  return plan('text', build, {
    checks: minLength > 0 ? [['min', (column) => `char_length(${column}) >= ${minLength}`]] : [],
    acceptance: accepted.textAcceptance(mayBeLong),
  })
}

const uuidPlan = (): ColumnPlan => plan('uuid', uuid, { acceptance: accepted.uuidAcceptance })

const textFormats: Readonly<Record<string, (facts: Constraints) => ColumnPlan>> = {
  uuid: uuidPlan,
  guid: uuidPlan,
  decimal: ({ decimal }) => {
    // somebody's own format of that name
    if (decimal === undefined)
      throw new UnsupportedSchema(`is of a format that is not decimal()'s: ${giveOne}`)
    const { precision, scale, min, max } = decimal
    const checks: Check[] = []
    if (min !== undefined) checks.push(['min', (column) => `${column} >= ${min}`])
    if (max !== undefined) checks.push(['max', (column) => `${column} <= ${max}`])
    return plan('decimal', (name) => numeric(name, { precision, scale }), {
      checks,
      // a default is not looked at by its own schema
      acceptance: { spell: (text: string) => canonicalDecimal(text, scale) },
    })
  },
  date: () =>
    plan('date', (name) => date(name, { mode: 'string' }), {
      acceptance: accepted.isoDateAcceptance,
    }),
  time: ({ precision }) => {
    if ((precision ?? 0) > 6)
      throw new UnsupportedSchema('has more digits than the six that time keeps')
    return plan(precision === null ? 'time' : 'other', isoTimeColumn(precision), {
      acceptance: accepted.isoTimeAcceptance(precision),
    })
  },
  datetime: ({ precision, local }) => {
    if (local) {
      throw new UnsupportedSchema(`may be without an offset, so that it is no instant: ${giveOne}`)
    }
    if ((precision ?? 0) > 3) {
      throw new UnsupportedSchema(
        `has more digits than the milliseconds that its column keeps: ${giveOne}`,
      )
    }
    return plan(precision === null ? 'timestamp' : 'other', isoDatetimeColumn(precision), {
      acceptance: accepted.isoDatetimeAcceptance(precision),
    })
  },
}

/** CHECKs for the bounds, but those that say less than the column's own. */
function boundChecks({ min, max }: Constraints, says: (bound: Bound) => boolean) {
  const checks: Check[] = []
  const compare = ({ value, inclusive }: Bound, sign: string) => {
    return (column: string) => `${column} ${sign}${inclusive ? '=' : ''} ${value}`
  }
  if (min && says(min)) checks.push(['min', compare(min, '>')])
  if (max && says(max)) checks.push(['max', compare(max, '<')])
  return checks
}

const integers: Readonly<Record<string, readonly [number, number]>> = {
  safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
}

function numberPlan(facts: Constraints): ColumnPlan {
  const range = integers[facts.format ?? '']
  const acceptance = accepted.numberAcceptance
  if (range === undefined) {
    return plan('double', doublePrecision, { checks: boundChecks(facts, () => true), acceptance })
  }
  const low = Math.max(range[0], Number(facts.min?.value ?? -Infinity))
  const high = Math.min(range[1], Number(facts.max?.value ?? Infinity))
  const small = low >= -(2 ** 31) && high <= 2 ** 31 - 1
  const build = (name: string) => (small ? integer(name) : bigint(name, { mode: 'number' }))
  const checks = boundChecks(facts, ({ value }) => value > range[0] && value < range[1])
  return plan('integer', build, { checks, acceptance })
}

function choicePlan(schema: AnySchema): ColumnPlan {
  const values = [...(schema._zod.values ?? [])].filter((value) => value !== null)
  if (values.length === 0 || !values.every((value) => typeof value === 'string')) {
    throw new UnsupportedSchema(
      `has values that are not text, so no column type follows: ${giveOne}`,
    )
  }
  const list = values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')
  return plan('text', text, { checks: [['enum', (column) => `${column} in (${list})`]] })
}

/** What JSON has no place for, even by way of text. */
const notJson: ReadonlySet<string> = new Set([
  'map',
  'symbol',
  'void',
  'nan',
  'function',
  'promise',
  'file',
  'transform',
  'custom',
])

function jsonPlan(schema: AnySchema): ColumnPlan {
  let odd: string | undefined
  const isOdd = (part: AnySchema): boolean => {
    const { type } = definitionOf(part)
    if (notJson.has(type)) odd = type
    return odd !== undefined
  }
  if (some(schema, isOdd, eager)) {
    throw new UnsupportedSchema(`holds z.${odd}(), which JSON cannot hold: ${giveOne}`)
  }
  return plan('jsonb', jsonColumn(schema), { acceptance: jsonAcceptance(schema) })
}

type Plan = (schema: AnySchema, indexed: boolean) => ColumnPlan
const kinds: Readonly<Record<string, Plan>> = {
  string: (schema, indexed) => {
    const facts = constraintsOf(schema)
    return textFormats[facts.format ?? '']?.(facts) ?? plainText(facts, indexed)
  },
  template_literal: (schema, indexed) => plainText(constraintsOf(schema), indexed),
  number: (schema) => numberPlan(constraintsOf(schema)),
  bigint: (schema) =>
    plan('bigint', (name) => bigint(name, { mode: 'bigint' }), {
      checks: boundChecks(constraintsOf(schema), () => true),
      acceptance: accepted.bigintAcceptance,
    }),
  boolean: () => plan('boolean', boolean),
  date: () => plan('timestamp', instantColumn, { acceptance: accepted.dateAcceptance }),
  enum: choicePlan,
  literal: choicePlan,
  ...Object.fromEntries(
    [
      'array',
      'object',
      'record',
      'tuple',
      'union',
      'intersection',
      'set',
      'lazy',
      'any',
      'unknown',
    ].map((type) => [type, jsonPlan]),
  ),
}

/** The column that follows from a schema without wrappers. */
export function columnOf(schema: AnySchema, indexed: boolean): ColumnPlan {
  const { type } = definitionOf(schema)
  const make = kinds[type]
  if (make === undefined)
    throw new UnsupportedSchema(`is z.${type}(), from which no column type follows: ${giveOne}`)
  return make(schema, indexed)
}
