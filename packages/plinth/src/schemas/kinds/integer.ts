import { bigint, integer as integerColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import type { AnySchema } from '../any-schema.ts'
import { constraintsOf } from '../constraints.ts'
import { boundChecks, columnPlan } from './column-plan.ts'
import { plainTraits } from './column-traits.ts'
import {
  integerTypes,
  numberAcceptance,
  numberExample,
  numberWire,
  readNumber,
  removeLimits,
} from './number.ts'
import type { ColumnPlan, ExistingColumn, ValueKind } from './value-kind.ts'

const int32 = [-(2 ** 31), 2 ** 31 - 1] as const
const safe = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  safeint: safe,
  int32,
  uint32: [0, 2 ** 32 - 1],
}

/** `integer` if the bounds say that 32 bits are enough, and `bigint` otherwise. */
function planColumn(schema: AnySchema): ColumnPlan {
  const constraints = constraintsOf(schema)
  const range = ranges[constraints.format ?? ''] ?? safe
  const low = Math.max(range[0], Number(constraints.min?.value ?? -Infinity))
  const high = Math.min(range[1], Number(constraints.max?.value ?? Infinity))
  const isSmall = low >= int32[0] && high <= int32[1]
  const build = (name: string) => (isSmall ? integerColumn(name) : bigint(name, { mode: 'number' }))
  const checks = boundChecks(constraints, ({ value }) => !(value > range[0] && value < range[1]))
  return columnPlan(build, plainTraits, { checks, acceptance: numberAcceptance })
}

const existing = (dataType: string, schema: () => AnySchema): ExistingColumn => ({
  dataType,
  schema,
  traits: [integerTypes, plainTraits],
})

/** `z.int()`, `z.int32()` and `z.uint32()`. */
export const integer: ValueKind = {
  types: ['number'],
  formats: Object.keys(ranges),
  column: planColumn,
  wire: numberWire,
  jsonSchema: removeLimits,
  typescript: 'number',
  existingColumns: [
    existing('number int16', () =>
      z
        .int()
        .min(-(2 ** 15))
        .max(2 ** 15 - 1),
    ),
    existing('number int32', () => z.int32()),
    existing('number int53', () => z.int()),
  ],
  readSetting: readNumber,
  settingExample: numberExample,
  isSettingPrintable: true,
}
