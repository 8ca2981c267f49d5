import * as z from 'zod'
import type { AnySchema } from '../any-schema.ts'
import { copyWith } from '../rewrite.ts'
import { definitionOf, memberOf } from '../zod-definition.ts'
import { planTextColumn } from './text.ts'
import { randomHex } from './uuid.ts'
import type { RandomSource, ValueKind } from './value-kind.ts'

/**
 * An address with letters of any alphabet before and after the `@` (RFC 6531).
 *
 * The domain has a dot, and a last part of at least two characters, with a letter. Linear in the length of the text.
 */
const international =
  /^(?!\.)(?!.*\.\.)[\p{L}\p{M}\p{N}_'+\-.]*[\p{L}\p{M}\p{N}_+-]@(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*\.)+[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}][\p{L}\p{M}\p{N}-]+$/u
/** Any text: a response is not refused because of an address that was stored before its schema was. */
const anything = /^/

const replaced: ReadonlySet<unknown> = new Set([z.regexes.email, international, anything])
const patternOf = (schema: AnySchema): unknown => memberOf(definitionOf(schema), 'pattern')
const hasUsualPattern = (schema: AnySchema): boolean => replaced.has(patternOf(schema))

/** The schema, or its check in `z.string().email()`, with another pattern in place of Zod's own. */
function withPattern(schema: AnySchema, pattern: RegExp): AnySchema {
  if (hasUsualPattern(schema)) return copyWith(schema, { pattern })
  const checks = checksOf(schema).map((check) =>
    hasUsualPattern(check) ? copyWith(check, { pattern }) : check,
  )
  return copyWith(schema, { checks })
}

/** The checks of a schema. That of a format is a schema, too. */
const checksOf = (schema: AnySchema): AnySchema[] =>
  (schema._zod.def.checks ?? []) as unknown as AnySchema[]

const isUsual = (schema: AnySchema): boolean =>
  hasUsualPattern(schema) || checksOf(schema).some(hasUsualPattern)

/** Tests whether a schema accepts the addresses of Zod's own pattern alone. */
const isAscii = (schema: AnySchema): boolean =>
  [schema, ...checksOf(schema)].some((one) => patternOf(one) === z.regexes.email)

/** `z.email()` with addresses of any alphabet; a schema with its own pattern is left as it is. */
export const internationalEmail = (schema: AnySchema): AnySchema =>
  isUsual(schema) ? withPattern(schema, international) : schema

const random = (from: RandomSource): string =>
  `${randomHex(from, 6)}@${from.pick(['example.com', 'münchen.example', 'mail.xn--p1ai'])}`

/** `z.email()`. */
export const email: ValueKind = {
  types: ['string'],
  formats: ['email'],
  column: planTextColumn,
  wire: { differs: isAscii, codec: internationalEmail },
  sent: (schema) => (isUsual(schema) ? withPattern(schema, anything) : schema),
  jsonSchema: (json, schema) => {
    if (!isUsual(schema)) return
    json['format'] = 'idn-email'
    delete json['pattern']
  },
  typescript: 'string',
  textFormats: [
    {
      name: 'email',
      accepts: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text),
      random: (from) => `${randomHex(from, 6)}@example.com`,
      edges: ['a@', '@b.c', 'a b@c.d'],
    },
    {
      name: 'idn-email',
      accepts: (text) => international.test(text),
      random,
      edges: ['a@', '@b.c', 'a b@c.d', 'a..b@example.com', 'x@münchen.de', '用户@例子.广告'],
    },
  ],
  settingExample: 'ann@example.com',
}
