import { doublePrecision } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import type { Acceptance } from '../acceptance.ts'
import type { AnySchema } from '../any-schema.ts'
import { constraintsOf } from '../constraints.ts'
import { isInexact } from '../inexact-number.ts'
import { boundChecks, columnPlan } from './column-plan.ts'
import { orderedTraits, plainTraits } from './column-traits.ts'
import { textOnly } from './text-form.ts'
import type { JsonObject, ValueKind } from './value-kind.ts'

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const numberText = z
  .string()
  .regex(jsonNumber, { error: 'Invalid input: expected a number', abort: true })
  .refine((text) => !isInexact(text), {
    error: 'Invalid input: the number cannot be represented exactly',
  })

/** A number in a path, a query string, a header, a cookie or a form. */
export const numberWire = textOnly<number>({ text: numberText, decode: Number, encode: String })

/** JSON has one zero, and so does every column except `double precision`. */
export const numberAcceptance: Acceptance = {
  spell: (value: number) => (value === 0 ? 0 : value),
}

const limits = {
  minimum: [Number.MIN_SAFE_INTEGER, -Number.MAX_VALUE],
  maximum: [Number.MAX_SAFE_INTEGER, Number.MAX_VALUE],
}

/** Leaves JavaScript's own limits out of the document: they are not the API's. */
export function removeLimits(json: JsonObject): void {
  for (const [key, values] of Object.entries(limits))
    if (values.includes(json[key] as number)) delete json[key]
}

const settingNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Reads a number from a setting. */
export const readNumber = (text: string): unknown =>
  settingNumber.test(text.trim()) ? Number(text) : text

/** An example for a setting: the smallest number that is allowed, and at least 1. */
export const numberExample = (schema: AnySchema): string =>
  String(Math.max(1, Number(schema._zod.bag['minimum'] ?? 1)))

/** The types of Postgres' whole numbers. */
export const integerTypes = /^(?:small|big)?(?:int|integer|serial)$/

/** `z.number()`: a double. */
export const number: ValueKind = {
  types: ['number'],
  column: (schema) =>
    columnPlan(doublePrecision, orderedTraits, {
      checks: boundChecks(constraintsOf(schema)),
      acceptance: numberAcceptance,
    }),
  wire: numberWire,
  jsonSchema: removeLimits,
  typescript: 'number',
  existingColumns: ['number', 'number float', 'number double'].map((dataType) => ({
    dataType,
    schema: () => z.number(),
    traits: [integerTypes, plainTraits],
  })),
  readSetting: readNumber,
  settingExample: numberExample,
  isSettingPrintable: true,
}
