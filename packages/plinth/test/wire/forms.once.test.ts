import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, file, form, router } from '../../src/index.ts'
import type { FormSchema } from '../../src/index.ts'
import { conformance } from '../../src/testing/index.ts'

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }

/** An app whose only route sends back the form that it got: `POST /`. */
const echo = (body: z.core.$ZodType) =>
  app({
    title: 'Forms',
    routes: {
      forms: { send: router('').post('/', { body }, ({ body: got }) => ({ got: shown(got) })) },
    },
  })

/** A form's values as JSON, with the sizes of files. */
const shown = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? 'none', (_, one: unknown) =>
      one instanceof File ? `${one.name} ${one.size}` : one,
    ),
  )

async function send(
  schema: z.core.$ZodType,
  body: string | FormData | URLSearchParams,
  headers: Record<string, string> = {},
) {
  const request = new Request('http://test/', { method: 'POST', body, headers })
  const response = await echo(schema).fetch(request)
  const got = (await response.json()) as {
    got?: unknown
    errors?: { path: unknown; message: string }[]
  }
  return { status: response.status, got: got.got, errors: got.errors }
}

/** A multipart body as a browser writes it: text, or a file input that was not touched. */
function asBrowser(...parts: readonly (readonly [name: string, text?: string])[]): FormData {
  const data = new FormData()
  for (const [name, text] of parts) data.append(name, text ?? new File([], ''))
  return data
}

describe('an input that was not touched', () => {
  const fields = {
    title: z.string(),
    age: z.int().optional(),
    due: z.date().optional(),
    kind: z.enum(['a', 'b']).optional(),
    note: z.string().max(9).optional(),
    size: z.int().default(3),
    done: z.boolean().prefault(true),
    parent: z.uuid().nullable().optional(),
    owner: z.uuid().nullable(),
    remark: z.string().nullable(),
    ids: z.array(z.int()).optional(),
    tags: z.array(z.string()).default(['x']),
    choice: z.enum(['', 'a']).optional(),
    site: z.union([z.literal(''), z.url()]).optional(),
    meta: z.object({ a: z.int() }).optional(),
  }
  const expected = {
    title: '',
    size: 3,
    done: true,
    owner: null,
    remark: null,
    tags: ['x'],
    choice: '',
    site: '',
  }
  const names = Object.keys(fields)

  it('is absent or null in a urlencoded form, and a text where the field is required', async () => {
    const body = names.map((name) => `${name}=`).join('&')
    expect(await send(form(fields), body, urlencoded)).toMatchObject({ status: 200, got: expected })
  })
  it('is absent or null in a multipart form', async () => {
    const body = asBrowser(...names.map((name) => [name, ''] as const))
    expect(await send(form(fields), body)).toEqual({ status: 200, got: expected })
  })
  it('is not an item of a list', async () => {
    const lists = form({ ids: z.array(z.int()), tags: z.set(z.string()) })
    expect(await send(lists, 'ids=&ids=2&ids=&tags=a&tags=', urlencoded)).toMatchObject({
      status: 200,
      got: { ids: [2] },
    })
  })
  it('is still invalid in a required field that takes no empty text', async () => {
    const required = form({ age: z.int(), name: z.string().min(1), ids: z.array(z.int()) })
    const { status, errors } = await send(required, 'age=&name=&ids=', urlencoded)
    expect(status).toBe(422)
    expect(errors?.map(({ path }) => path)).toEqual([['age'], ['name'], ['ids']])
  })

  const files = { name: z.string(), avatar: file().optional(), more: z.array(file()).optional() }
  it('is absent if it is a file input', async () => {
    const body = asBrowser(['name', 'ann'], ['avatar'], ['more'])
    expect(await send(form(files), body)).toEqual({ status: 200, got: { name: 'ann' } })
  })
  it('is null if it is a file input that may be null, and left out of a list of files', async () => {
    const body = asBrowser(['avatar'], ['more'], ['more'])
    body.append('more', new File(['x'], 'x.png'))
    const nullable = form({ avatar: file().nullable(), more: z.array(file()) })
    expect(await send(nullable, body)).toEqual({
      status: 200,
      got: { avatar: null, more: ['x.png 1'] },
    })
  })
  it('fails a required file, also with a least size', async () => {
    for (const avatar of [file(), file({ maxSize: 9 }), z.file().min(1)]) {
      const { status, errors } = await send(form({ avatar }), asBrowser(['avatar']))
      expect({ status, path: errors?.[0]?.path }).toEqual({ status: 422, path: ['avatar'] })
    }
  })
  it('is not a file that has a name and no content, or content and no name', async () => {
    const part = (name: string, fileName: string, content: string): string =>
      `--B\r\ncontent-disposition: form-data; name="${name}"; filename="${fileName}"\r\n\r\n${content}\r\n`
    const body = `${part('empty', 'empty.txt', '')}${part('nameless', '', 'x')}--B--\r\n`
    const both = form({ empty: file().optional(), nameless: file().optional() })
    const type = { 'content-type': 'multipart/form-data; boundary=B' }
    expect((await send(both, body, type)).got).toEqual({ empty: 'empty.txt 0', nameless: ' 1' })
  })
})

describe('JSON in a form', () => {
  const Meta = z.object({
    at: z.date(),
    tags: z.array(z.string()),
    deep: z.record(z.string(), z.int()),
  })
  const meta = { at: '2026-01-01T00:00:00.000Z', tags: ['a'], deep: { b: 1 } }
  const upload = form({ meta: Meta, image: file() })
  const withImage = (value: string | Blob, name = 'meta'): FormData => {
    const data = new FormData()
    data.append(name, value)
    data.append('image', new File(['x'], 'x.png'))
    return data
  }

  it.each([
    ['text', JSON.stringify(meta)],
    [
      'a part of type application/json',
      new Blob([JSON.stringify(meta)], { type: 'application/json' }),
    ],
    [
      'a part with a charset',
      new Blob([JSON.stringify(meta)], { type: 'application/json; charset=utf-8' }),
    ],
    [
      'a part of a JSON type',
      new Blob([JSON.stringify(meta)], { type: 'application/merge-patch+json' }),
    ],
  ])('is read from %s', async (_, value) => {
    expect(await send(upload, withImage(value))).toEqual({
      status: 200,
      got: { meta, image: 'x.png 1' },
    })
  })
  it('is read from a part with a type and without a file name, as curl sends it', async () => {
    const head = 'content-disposition: form-data; name='
    const body =
      `--B\r\n${head}"meta"\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(meta)}\r\n` +
      `--B\r\n${head}"image"; filename="x.png"\r\n\r\nx\r\n--B--\r\n`
    const type = { 'content-type': 'multipart/form-data; boundary=B' }
    expect((await send(upload, body, type)).got).toEqual({ meta, image: 'x.png 1' })
  })
  it('is read from a urlencoded form', async () => {
    const body = new URLSearchParams({ meta: JSON.stringify(meta) })
    expect((await send(form({ meta: Meta }), body)).got).toEqual({ meta })
  })

  const items = z.object({ n: z.int() })
  const lists = form({
    items: z.array(items).optional(),
    pairs: z.array(z.array(z.int())).optional(),
    any: z.json().optional(),
    all: z.discriminatedUnion('k', [z.object({ k: z.literal('a'), n: z.bigint() })]).optional(),
    model: z
      .intersection(items, z.object({ m: z.boolean() }))
      .nullable()
      .optional(),
  })
  it.each([
    ['items={"n":1}&items={"n":2}', { items: [{ n: 1 }, { n: 2 }] }],
    ['items={"n":1}', { items: [{ n: 1 }] }],
    ['items=[{"n":1},{"n":2}]', { items: [{ n: 1 }, { n: 2 }] }],
    ['items=[]', { items: [] }],
    ['pairs=[1,2]', { pairs: [[1, 2]] }],
    ['pairs=[1,2]&pairs=[3]', { pairs: [[1, 2], [3]] }],
    ['pairs=[[1,2],[3]]', { pairs: [[1, 2], [3]] }],
    ['any="text"', { any: 'text' }],
    ['any=[1,{"a":null}]', { any: [1, { a: null }] }],
    ['model={"n":1,"m":true}', { model: { n: 1, m: true } }],
    ['model=null', { model: null }],
    ['model=', {}],
  ])('is read as lists and alternatives: %s', async (body, got) => {
    expect(await send(lists, body.replaceAll('"', '%22'), urlencoded)).toMatchObject({
      status: 200,
      got,
    })
  })

  it('names the field that is not JSON, or has an invalid value', async () => {
    const deep = '['.repeat(100) + ']'.repeat(100)
    for (const [text, path, message] of [
      ['{tags:', ['meta'], /^Invalid input: expected JSON\. The body is not valid JSON/],
      ['{"__proto__":{}}', ['meta'], /expected JSON.*__proto__/],
      [deep, ['meta'], /expected JSON.*nested deeper than 64/],
      ['"\\ud800"', ['meta'], /expected JSON/],
      ['[]', ['meta'], /expected object/],
      ['{"at":"x","tags":[],"deep":{}}', ['meta', 'at'], /./],
    ] as const) {
      const { status, errors } = await send(upload, withImage(text))
      expect({ status, errors }).toMatchObject({
        status: 422,
        errors: [{ path, message: expect.stringMatching(message) }],
      })
    }
  })
  it('is not read from a file of another type', async () => {
    const { status, errors } = await send(upload, withImage(new File(['{}'], 'a.txt')))
    expect({ status, path: errors?.[0]?.path }).toEqual({ status: 422, path: ['meta'] })
  })
  it('leaves a schema that reads JSON itself as it is', async () => {
    const own = z.string().transform((text) => JSON.parse(text) as unknown)
    const piped = form({
      a: own.pipe(z.object({ n: z.int() })),
      b: z.codec(z.string(), items, {
        decode: (text) => JSON.parse(text) as { n: number },
        encode: (value) => JSON.stringify(value),
      }),
    })
    const body = new URLSearchParams({ a: '{"n":1}', b: '{"n":2}' })
    expect((await send(piped, body)).got).toEqual({ a: { n: 1 }, b: { n: 2 } })
  })
  it('is documented with its content type', () => {
    const { requestBody } = echo(upload).openapi().paths['/']!['post']!
    expect(requestBody).toMatchObject({
      content: {
        'multipart/form-data': { encoding: { meta: { contentType: 'application/json' } } },
      },
    })
  })
  it('is sent by conformance(), which finds nothing', async () => {
    const all = form({
      meta: Meta,
      items: z.array(items),
      note: z.string().min(2).max(5).optional(),
      tags: z.array(z.string().max(3)).max(2),
      age: z.int().nullable(),
      image: file().optional(),
    })
    expect((await conformance(echo(all), { seed: 7, runs: 20 })).findings).toEqual([])
    const { image: _, ...texts } = all.shape
    expect((await conformance(echo(form(texts)), { seed: 7, runs: 20 })).findings).toEqual([])
  })
})

describe('a form', () => {
  const fields = { a: z.int(), at: z.date() }
  const base = form(fields)
  const at = '2026-01-01T00:00:00.000Z'
  const whole = `a=1&at=${at}`
  const changed: readonly (readonly [method: string, schema: z.core.$ZodType, body?: string])[] = [
    ['.meta()', base.meta({ id: 'FormOfA' })],
    ['.describe()', base.describe('a form')],
    ['.refine()', base.refine(() => true)],
    ['.superRefine()', base.superRefine(() => {})],
    ['.check()', base.check(() => {})],
    ['.extend()', base.extend({ b: z.int() }), `${whole}&b=2`],
    ['.safeExtend()', base.safeExtend({ b: z.int() }), `${whole}&b=2`],
    ['.strip()', base.strip(), `${whole}&c=2`],
    ['.strict()', base.strip().strict()],
    ['.loose()', base.loose()],
    ['.passthrough()', base.passthrough()],
    ['.catchall()', base.catchall(z.string())],
    ['.pick()', base.pick({ a: true }), 'a=1'],
    ['.omit()', base.omit({ at: true }), 'a=1'],
    ['.partial()', base.partial(), 'a=1'],
    ['.required()', base.required()],
    ['.readonly()', base.readonly()],
    ['.optional()', base.optional()],
    ['.nullable()', base.nullable()],
    ['.default()', base.default({ a: 1, at: new Date(at) })],
    ['.prefault()', base.prefault({ a: 1, at: new Date(at) })],
    ['.catch()', base.catch({ a: 1, at: new Date(at) })],
    ['.brand()', base.brand('form')],
    ['.transform()', base.transform((value) => ({ ...value }))],
    ['.pipe()', base.pipe(z.any())],
    ['.and()', base.strip().and(form({ b: z.int() }).strip()), `${whole}&b=2`],
    ['.and() of an object', base.strip().and(z.object({ b: z.int() })), `${whole}&b=2`],
    ['.or()', base.or(form({ b: z.int() }))],
    ['z.lazy()', z.lazy(() => base)],
    ['.clone()', base.clone()],
  ]

  it.each(changed.map(([method, schema, body = whole]) => ({ method, schema, body })))(
    'stays a form after $method',
    async ({ schema, body }) => {
      const sent = await send(schema, body, urlencoded)
      expect(sent).toMatchObject({ status: 200, got: { a: 1 } })
      const { requestBody } = echo(schema).openapi().paths['/']!['post']!
      expect(Object.keys(requestBody!.content)).toContain('multipart/form-data')
      const json = { 'content-type': 'application/json' }
      expect((await send(schema, '{"a":1}', json)).status).toBe(415)
    },
  )
  it('may be left out if it is optional', async () => {
    expect(await send(base.optional(), '', urlencoded)).toMatchObject({ status: 200, got: 'none' })
  })
  it('is not an object that has its fields', async () => {
    expect((await send(z.object(base.shape), whole, urlencoded)).status).toBe(415)
  })
  it('keeps the type of a form', () => {
    base.strip() satisfies FormSchema<typeof fields, z.core.$strip>
  })
})
