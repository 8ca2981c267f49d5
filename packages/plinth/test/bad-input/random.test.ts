// Random bodies: the API, its OpenAPI document and the database must agree on each of them.
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OpenApiDocument } from 'plinth/openapi'
import { checkJsonSchema } from '../../src/testing/conformance/json-schema-check.ts'
import { everythingApp } from '../support/everything/app.ts'
import {
  everythingCaller,
  type CheckedResponse,
  type Caller,
} from '../support/everything/caller.ts'
import { randomBodies } from '../support/random/bodies.ts'
import { repeats } from '../support/repeats.ts'

let caller: Caller
let id: string
let rows = 1
const document: OpenApiDocument = everythingApp({} as never).openapi()
beforeAll(async () => {
  caller = await everythingCaller()
  id = idOf(await caller.send('POST', '/items', { json: {} }))
})
afterAll(() => caller?.[Symbol.asyncDispose]())

const idOf = (response: CheckedResponse): string => (response.body as { id: string }).id
type Body = Readonly<Record<string, unknown>>

// One object each: a schema is compiled once, and known by its identity.
const schemas = {
  EverythingCreate: { $ref: '#/components/schemas/EverythingCreate' },
  EverythingUpdate: { $ref: '#/components/schemas/EverythingUpdate' },
}

/** Tests whether OpenAPI allows a body. Here, a field that it does not name is forbidden. */
const isDocumented = (name: keyof typeof schemas, body: Body): boolean =>
  checkJsonSchema(schemas[name], body, document).length === 0

const strings = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return [...Object.keys(value), ...Object.values(value).flatMap(strings)]
}
const outside = (text: unknown, low: bigint, high: bigint): boolean =>
  typeof text === 'string' && (BigInt(text) < low || BigInt(text) > high)
const badInstant = (text: unknown): boolean =>
  typeof text === 'string' &&
  (text.startsWith('0000') ||
    !(
      Date.parse(text) >= Date.parse('0001-01-01') &&
      Date.parse(text) < Date.parse('9999-12-31T24:00Z')
    ))

/** Tests for values that JSON Schema cannot describe and a column cannot hold. */
const beyond: Readonly<Record<string, (value: never) => boolean>> = {
  int: (value: number) => !Number.isSafeInteger(value),
  intDefault: (value: number) => !Number.isSafeInteger(value),
  indexed: (value: string) => Buffer.byteLength(value) > 2600,
  big: (value: string) => outside(value, -(2n ** 63n), 2n ** 63n - 1n),
  instant: badInstant,
  isoInstant: badInstant,
  instantDefault: badInstant,
  dates: (value: string[]) => value.some(badInstant),
  object: (value: { at: string | null }) => badInstant(value.at),
  isoDate: (value: string) => value.startsWith('0000'),
  isoTime: (value: string) => /\.\d{6}\d*[1-9]/.test(value),
}
const isBeyondSchemas = (body: Body): boolean =>
  strings(body).some((text) => text.includes('\0') || text === '__proto__') ||
  Object.entries(body).some(([key, value]) => value !== null && beyond[key]?.(value as never))

const instantOf = (text: unknown): unknown =>
  text === null ? null : new Date(text as string).toISOString()
/** Normalizes values that mean the same. */
const spelt: Readonly<Record<string, (value: never) => unknown>> = {
  uuid: (value: string) => value.toLowerCase(),
  big: (value: string) => String(BigInt(value)),
  instant: instantOf,
  isoInstant: instantOf,
  instantDefault: instantOf,
  isoTime: (value: string) => {
    const [time = '', fraction = ''] = value.split('.')
    const digits = fraction.replace(/0+$/, '')
    return `${time.length === 5 ? `${time}:00` : time}${digits && `.${digits}`}`
  },
  set: (value: string[]) => [...new Set(value)],
  dates: (value: string[]) => value.map(instantOf),
  object: ({ name, at, big, inner }: Record<string, unknown>) => ({
    name,
    at: instantOf(at),
    big: big === null ? null : String(BigInt(big as string)),
    inner,
  }),
}
/**
 * The expected response:
 *
 * JSON writes a negative zero without its sign, and hidden columns are not sent.
 */
const expected = (body: Body): unknown =>
  JSON.parse(
    JSON.stringify(
      Object.fromEntries(
        Object.entries(body)
          .filter(([key]) => key !== 'hidden')
          .map(([key, value]) => [
            key,
            value === null ? null : (spelt[key]?.(value as never) ?? value),
          ]),
      ),
    ),
  )

const isWellFormed = (body: Body): boolean => strings(body).every((text) => text.isWellFormed())
const counts = { accepted: 0, refused: 0 }

/** Checks a response, and returns whether the body was accepted. */
function agree(schema: keyof typeof schemas, body: Body, response: CheckedResponse): boolean {
  const documented = isDocumented(schema, body)
  if (response.status < 300) {
    expect(documented, 'accepted bodies match the document').toBe(true)
    expect(response.body).toMatchObject(expected(body) as object)
    counts.accepted++
    return true
  }
  counts.refused++
  if (response.status === 400) {
    const isLossy = !isWellFormed(body) || JSON.stringify(body).includes('"__proto__"')
    expect(isLossy, 'only values that JavaScript cannot store are 400').toBe(true)
    return false
  }
  expect(response.status).toBe(422)
  // Otherwise the validator would have accepted a value that the database refused.
  expect((response.body as { code: string }).code).toBe('PLINTH_VALIDATION_FAILED')
  expect(documented && !isBeyondSchemas(body), 'documented bodies are accepted').toBe(false)
  return false
}

it('random bodies create rows unchanged, or are refused with a reason', async () => {
  const property = fc.asyncProperty(randomBodies, async (body) => {
    const made = await caller.send('POST', '/items', { json: body })
    if (!agree('EverythingCreate', body, made)) return
    rows++
    expect((await caller.send('GET', `/items/${idOf(made)}`)).body).toEqual(made.body)
    if (typeof body['text'] === 'string')
      expect(await caller.bytesOf(idOf(made), 'text')).toBe(
        Buffer.from(body['text']).toString('hex'),
      )
    if (body['hidden'] !== undefined)
      expect((await caller.stored(idOf(made)))['hidden']).toBe(body['hidden'])
  })
  await fc.assert(property, { seed: 20_260_101, numRuns: repeats(700, 140) })
})

it('random patches change a row as sent, or change nothing', async () => {
  const property = fc.asyncProperty(randomBodies, async (body) => {
    const before = (await caller.send('GET', `/items/${id}`)).body as Body
    const patched = await caller.send('PATCH', `/items/${id}`, { json: body })
    const after = (await caller.send('GET', `/items/${id}`)).body
    if (agree('EverythingUpdate', body, patched)) {
      expect(after).toEqual(patched.body)
      expect(after).toEqual({
        ...before,
        ...(expected(body) as object),
        updatedAt: (after as Body)['updatedAt'],
      })
    } else expect(after).toEqual(before)
  })
  await fc.assert(property, { seed: 20_260_102, numRuns: repeats(400, 80) })
})

it('only accepted bodies left rows, and both kinds were frequent', async () => {
  const list = (await caller.send('GET', '/items/page?limit=100000')).body as unknown[]
  expect(list).toHaveLength(rows)
  expect(counts.accepted).toBeGreaterThan(repeats(300, 45))
  expect(counts.refused).toBeGreaterThan(repeats(150, 20))
})
