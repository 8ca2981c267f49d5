import * as z from 'zod'
import { form } from '../../src/index.ts'

/** An input that is dear to check: a schema, and a request of at most 1 MiB. */
export interface WorstInput {
  readonly name: string
  readonly schema: z.core.$ZodType
  /** The place of the text in the request. Default: the body, as JSON. */
  readonly as?: 'form' | 'query'
  /** The text of the request. */
  readonly text: () => string
  /** The status of the response. */
  readonly status: 200 | 400 | 422
}

const bytes = 1_048_576
/** The parameters of a query that the limits let pass. */
const queryParameters = 999

/** A list of as many copies of an item as fit. */
const listOf = (item: string): string =>
  `[${Array.from({ length: Math.floor((bytes - 2) / (item.length + 1)) }, () => item).join(',')}]`

/** As many numbered parts as fit, with a separator between them. */
function numbered(part: (number: number) => string, separator: string): string {
  const parts: string[] = []
  let length = 2
  for (let number = 0; ; number++) {
    const next = part(number)
    length += next.length + separator.length
    if (length > bytes) return parts.join(separator)
    parts.push(next)
  }
}
const objectOf = (value: string): string => `{${numbered((n) => `"k${n}":${value}`, ',')}}`

const letters = [...'abcdefghij']
const Five = z.object(Object.fromEntries(letters.slice(0, 5).map((name) => [name, z.string()])))
const option = (n: number) => z.object({ t: z.literal(n), [`f${n}`]: z.string() })
const options = Array.from({ length: 19 }, (_, n) => option(n + 1))
const Twenty = z.union([option(0), ...options])
const Tagged = z.discriminatedUnion('t', [option(0), ...options])
const lastOption = '{"t":19,"f19":""}'
const Tree: z.ZodType = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree)
  },
})

/** The inputs, by the part of a schema that they are dear for. */
export const worstInputs: readonly WorstInput[] = [
  { name: 'list of objects: {}', schema: z.array(Five), text: () => listOf('{}'), status: 422 },
  { name: 'list of objects: 1', schema: z.array(Five), text: () => listOf('1'), status: 422 },
  {
    name: 'list of objects, valid',
    schema: z.array(Five),
    text: () => listOf('{"a":"1","b":"2","c":"3","d":"4","e":"5"}'),
    status: 200,
  },
  {
    name: 'nested list: [[{}, …]]',
    schema: z.array(z.array(Five)),
    text: () => `[${listOf('{}').replace('[{},', '[')}]`,
    status: 422,
  },
  {
    name: 'list of lists: [{}]',
    schema: z.array(z.array(Five)),
    text: () => listOf('[{}]'),
    status: 422,
  },
  {
    name: 'record of numbers: "x"',
    schema: z.record(z.string(), z.number()),
    text: () => objectOf('"x"'),
    status: 400,
  },
  {
    name: 'record with keys of a pattern',
    schema: z.record(z.email(), z.number()),
    text: () => objectOf('1'),
    status: 400,
  },
  {
    name: 'list of records: {"k":"x"}',
    schema: z.array(z.record(z.string(), z.number())),
    text: () => listOf('{"k":"x"}'),
    status: 422,
  },
  {
    name: 'unknown keys, strict',
    schema: z.strictObject({ a: z.string() }),
    text: () => objectOf('1'),
    status: 400,
  },
  {
    name: 'list of objects with an unknown key',
    schema: z.array(z.strictObject({ a: z.string().optional() })),
    text: () => listOf('{"b":1}'),
    status: 422,
  },
  {
    name: 'catchall: "x"',
    schema: z.object({ a: z.string().optional() }).catchall(z.number()),
    text: () => objectOf('"x"'),
    status: 400,
  },
  { name: 'union of 20: {}', schema: z.array(Twenty), text: () => listOf('{}'), status: 422 },
  {
    name: 'union of 20, the last one fits',
    schema: z.array(Twenty),
    text: () => listOf(lastOption),
    status: 200,
  },
  {
    name: 'union of 20, one of 58,000 is wrong',
    schema: z.array(Twenty),
    text: () => `${listOf(lastOption).slice(0, -1 - lastOption.length)}{}]`,
    status: 422,
  },
  {
    name: 'discriminated union of 20: unknown tag',
    schema: z.array(Tagged),
    text: () => listOf('{"t":99}'),
    status: 422,
  },
  {
    name: 'tuple with a rest: "x"',
    schema: z.tuple([z.string()], z.number()),
    text: () => listOf('"x"'),
    status: 422,
  },
  {
    name: 'list of refinements: ""',
    schema: z.array(z.string().refine((text) => text.length > 0)),
    text: () => listOf('""'),
    status: 422,
  },
  {
    name: 'list of emails: "a"',
    schema: z.array(z.email()),
    text: () => listOf('"a"'),
    status: 422,
  },
  {
    name: 'list of instants: ""',
    schema: z.array(z.iso.datetime({ offset: true })),
    text: () => listOf('""'),
    status: 422,
  },
  {
    name: 'email of 1 MiB',
    schema: z.object({ a: z.email().max(200) }),
    text: () => `{"a":"${'a.'.repeat(bytes / 2 - 10)}"}`,
    status: 422,
  },
  {
    name: 'key of 1 MiB',
    schema: z.strictObject({ a: z.string() }),
    text: () => `{"${'k'.repeat(bytes - 10)}":1}`,
    status: 422,
  },
  {
    name: 'number of 1 MB',
    schema: z.object({ a: z.number() }),
    text: () => `{"a":${'1'.repeat(1_000_000)}}`,
    status: 400,
  },
  {
    name: 'bigint of 1 MB',
    schema: z.object({ a: z.bigint() }),
    text: () => `{"a":"${'1'.repeat(1_000_000)}"}`,
    status: 422,
  },
  {
    name: '520,000 numbers, the last one not exact',
    schema: z.array(z.number()),
    text: () => `[${'0,'.repeat(520_000)}12345678901234567890]`,
    status: 400,
  },
  {
    name: 'recursive tree',
    schema: Tree,
    text: () => `{"name":"","children":${treeList()}}`,
    status: 422,
  },
  {
    name: 'object of 10 lists: {}',
    schema: z.object(Object.fromEntries(letters.map((name) => [name, z.array(Five)]))),
    text: () => `{${letters.map((name) => `"${name}":[${'{},'.repeat(34_000)}{}]`).join(',')}}`,
    status: 422,
  },
  {
    name: 'form: unknown fields',
    schema: form({ a: z.string() }),
    as: 'form',
    text: () => numbered((n) => `k${n}=1`, '&'),
    status: 422,
  },
  {
    name: 'form: one field 500,000 times',
    schema: form({ a: z.array(z.int()) }),
    as: 'form',
    text: () => `${'a=&'.repeat(340_000)}a=`,
    status: 422,
  },
  {
    name: 'query: unknown parameters',
    schema: z.object({ a: z.string().optional() }),
    as: 'query',
    text: () => Array.from({ length: queryParameters }, (_, n) => `k${n}=1`).join('&'),
    status: 422,
  },
  {
    name: 'query: one parameter 999 times',
    schema: z.object({ a: z.array(z.int()) }),
    as: 'query',
    text: () => `${'a=x&'.repeat(queryParameters - 1)}a=x`,
    status: 422,
  },
]

function treeList(): string {
  return listOf('{}')
    .slice(0, bytes - 60)
    .replace(/,?[{}]*$/, ']')
}
