import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { id, owner } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { router } from '../../routing/router.ts'
import { clientTypesOf } from './client-types.ts'
import { documentedRoutes } from '../documented.fixture.ts'

const notes = router('/notes')
const typesOf = (routes: Record<string, unknown>) =>
  clientTypesOf({ title: 'Notes', errorSchema: undefined }, documentedRoutes({ notes: routes }))
const bodyOf = (body: z.core.$ZodType) => typesOf({ create: notes.post('/', { body }, () => 1) })
const outOf = (response: z.core.$ZodType) =>
  typesOf({ create: notes.post('/', { response }, () => null as never) })

describe('clientTypesOf()', () => {
  it('writes a file without imports that begins with an example', () => {
    const text = typesOf({ list: notes.get('/', {}, () => 1) })
    expect(text).toMatch(/^\/\/ The types of "Notes" for a frontend/)
    expect(text.replaceAll(/^\/\/.*$/gm, '')).not.toMatch(/import|require|declare/)
    expect(text).toMatch(/\n}\n$/)
  })
  it('writes an empty API for an app without operations', () => {
    expect(typesOf({})).toContain('export interface Operations {}\n')
  })
  it('documents each operation as OpenAPI does', () => {
    const text = typesOf({
      list: notes.get('/', {}, () => 1),
      remove: notes.delete(
        '/:id',
        { summary: 'Away', description: 'For ever, */ and\nmore.', deprecated: true },
        () => 1,
      ),
    })
    expect(text).toContain("  /** List notes */\n  'notes.list': {")
    expect(text).toContain(
      "  /**\n   * Away\n   *\n   * For ever, *\\/ and\n   * more.\n   *\n   * @deprecated\n   */\n  'notes.remove': {",
    )
  })
  it('documents each field, also under wrappers', () => {
    const text = outOf(
      z.object({
        a: z.string().meta({ description: 'First' }).optional(),
        b: z.int().meta({ deprecated: true }),
      }),
    )
    expect(text).toContain('/** First */\n        a?: string | undefined')
    expect(text).toContain('/** @deprecated */\n        b: number')
  })
})

describe('a schema with a name', () => {
  const Note = model('notes', { id: id(), text: z.string(), at: z.date(), userId: owner() })

  it('is declared once, under its name in OpenAPI', () => {
    const text = typesOf({
      list: notes.get('/', { response: z.array(Note) }, () => []),
      read: notes.get('/:id', { response: Note }, () => null as never),
      create: notes.post('/', { body: Note.$create, response: Note }, () => null as never),
    })
    expect(text.match(/export interface Note \{/g)).toHaveLength(1)
    expect(text).toContain('readonly out: Note[]')
    expect(text).toContain('readonly body: NoteCreate')
    expect(text).toContain('export interface NoteCreate {\n  text: string\n  at: Date | string\n}')
  })
  it('is the response type; a different request type has another name', () => {
    const Event = z.object({ at: z.date() }).meta({ id: 'Event' })
    const Place = z.object({ x: z.int() }).meta({ id: 'Place' })
    const Both = z.object({ event: Event, place: Place })
    const text = typesOf({
      create: notes.post('/', { body: Both, response: Both }, () => null as never),
    })
    expect(text).toContain('export interface Event {\n  at: string\n}')
    expect(text).toContain('export interface EventInput {\n  at: Date | string\n}')
    expect(text).toContain('export interface Place {\n  x: number\n}')
    expect(text).not.toContain('PlaceInput')
  })
  it('never takes a name that is in use', () => {
    const Named = (of: string, name: string) => z.object({ [name]: z.int() }).meta({ id: of })
    const text = outOf(
      z.object({ a: Named('Api', 'a'), b: Named('Some Thing', 'b'), c: Named('Some-Thing', 'c') }),
    )
    expect(text).toContain('export interface ApiOutput {\n  a: number')
    expect(text).toContain('export interface Some_Thing {\n  b: number')
    expect(text).toContain('export interface Some_ThingOutput {\n  c: number')
  })
  it('may be recursive', () => {
    const Person = z
      .object({
        name: z.string(),
        get friends() {
          return z.array(Person).optional()
        },
      })
      .meta({ id: 'Person' })
    expect(outOf(Person)).toContain('  friends?: Person[] | undefined\n')
  })
})

describe('a schema without a name', () => {
  it('gets a name if it is recursive, and the same one everywhere', () => {
    const text = bodyOf(z.object({ a: z.json(), b: z.json(), c: z.array(z.json()) }))
    expect(text.match(/export type Json = /g)).toHaveLength(1)
    expect(text).toContain('c: Json[]')
  })
  it('has named parts if those are recursive', () => {
    const Leaf = z.object({
      get tree() {
        return Tree.nullable()
      },
    })
    const Tree: z.ZodType = z.object({ left: Leaf, right: Leaf })
    const text = outOf(Tree)
    expect(text).toContain('readonly out: Recursive\n')
    expect(text).toContain('  left: {\n    tree: Recursive | null\n  }\n')
    expect(text).not.toContain('\0')
  })
})

it.each([
  ["it's", String.raw`'it\'s'`],
  ['say "x"', `'say "x"'`],
  [String.raw`a\"b'`, String.raw`'a\\"b\''`],
  ['a\nb\0', String.raw`'a\nb\u0000'`],
  ['\u2028', String.raw`'\u2028'`],
  ['`${x}`', "'`${x}`'"],
])('quoted() writes %j as a literal of the same text', (value, written) => {
  expect(outOf(z.literal(value))).toContain(`readonly out: ${written}\n`)
})
