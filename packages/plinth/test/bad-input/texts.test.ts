import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  everythingCaller,
  type CheckedResponse,
  type Caller,
} from '../support/everything/caller.ts'
import { allNaughtyStrings, naughtyStrings } from '../support/naughty-strings.ts'

let caller: Caller
let id: string
const idOf = (response: CheckedResponse): string => (response.body as { id: string }).id
const create = (json: object): Promise<CheckedResponse> =>
  caller.send('POST', '/items', { json: { json: null, ...json } })
beforeAll(async () => {
  caller = await everythingCaller()
  id = idOf(await create({ text: 'the one that is patched' }))
})
afterAll(() => caller?.[Symbol.asyncDispose]())

const hex = (text: string): string => Buffer.from(text).toString('hex')
const characters = (text: string): number => [...text].length
const kinds = Object.entries(naughtyStrings)

/** All places of the model that hold free text. */
const everywhere = (text: string) => ({
  text,
  indexed: text,
  textDefault: text,
  list: [text, text],
  object: { name: text, at: null, big: null, inner: null },
  union: text,
  listDefault: [text],
  json: [text, { key: text }],
  // the only key that is refused in every JSON body
  ...(text !== '__proto__' && { record: { [text]: text }, bigs: { [text]: '1' } }),
})

/** The limits of the bounded text columns. */
const bounded = {
  varchar: (text: string) => characters(text) <= 20,
  bounded: (text: string) => characters(text) >= 2 && characters(text) <= 8,
  code: (text: string) => characters(text) <= 40,
}

describe.each(kinds)('%s', (_kind, texts) => {
  it('come back unchanged from every place of the model', async () => {
    for (const text of texts) {
      const sent = everywhere(text)
      const made = await create(sent)
      expect([made.status, text]).toEqual([201, text])
      expect(made.body).toMatchObject(sent)
      expect((await caller.send('GET', `/items/${idOf(made)}`)).body).toEqual(made.body)
      expect(await caller.bytesOf(idOf(made), 'text')).toBe(hex(text))
      const row = await caller.stored(idOf(made))
      expect(row).toMatchObject({ list: sent.list, json: sent.json, object: sent.object })
      if (sent.record) expect(row['record']).toEqual(sent.record)
    }
  })

  it('come back unchanged from a patch', async () => {
    for (const text of texts) {
      const sent = everywhere(text)
      const patched = await caller.send('PATCH', `/items/${id}`, { json: sent })
      expect([patched.status, text]).toEqual([200, text])
      expect(patched.body).toMatchObject(sent)
      expect(await caller.bytesOf(id, 'text_default')).toBe(hex(text))
      expect((await caller.send('GET', `/items/${id}`)).body).toEqual(patched.body)
    }
  })

  it('are accepted if they fit, and are a 422 that names the field and leaves no row otherwise', async () => {
    const all = texts.flatMap((text) =>
      Object.entries(bounded).map(([column, fits]) => ({ text, column, isFitting: fits(text) })),
    )
    for (const { text, column } of all.filter(({ isFitting }) => isFitting)) {
      const made = await create({ [column]: text })
      expect([made.status, column, text]).toEqual([201, column, text])
      expect(await caller.bytesOf(idOf(made), column)).toBe(hex(text))
    }
    // together, because a snapshot reads the whole table
    const before = await caller.snapshot()
    for (const { text, column } of all.filter(({ isFitting }) => !isFitting)) {
      const made = await create({ [column]: text })
      expect([made.status, column, text]).toEqual([422, column, text])
      expect(made.blames).toEqual([`body.${column}`])
    }
    expect(await caller.snapshot()).toBe(before)
  })

  it('find their row by query and by path', async () => {
    for (const text of texts) {
      const mark = `${text}#${texts.indexOf(text)}`
      const made = await create({ text: mark, list: [mark] })
      const encoded = encodeURIComponent(mark)
      for (const path of [
        `/items?text=${encoded}`,
        `/items/as-model?text=${encoded}`,
        `/items?list=${encoded}`,
        `/by/text/${encoded}`,
      ]) {
        const found = await caller.send('GET', path)
        expect([path, found.body]).toEqual([path, [made.body]])
      }
    }
  })

  it('come back unchanged from a path, a query, a form, a stream and a problem', async () => {
    for (const text of texts) {
      const encoded = encodeURIComponent(text)
      if (text !== '' && text !== '.' && text !== '..')
        expect((await caller.send('GET', `/echo/path/${encoded}`)).body).toEqual({ value: text })
      const lines = (await caller.send('GET', `/echo/lines?text=${encoded}`)).text.split('\n')
      expect(lines).toEqual([JSON.stringify({ value: text }), JSON.stringify({ value: text }), ''])
      const events = (await caller.send('GET', `/echo/events?text=${encoded}`)).text
      expect(events).toBe(`data: ${JSON.stringify({ value: text })}\n\n`)
      const form = new URLSearchParams({ name: text })
      const posted = await caller.send('POST', '/echo/urlencoded', { raw: form })
      expect(posted.body).toEqual({ value: { name: text } })
    }
  })
})

it('the test strings are more than two hundred', () => {
  expect(allNaughtyStrings.length).toBeGreaterThan(200)
  expect(allNaughtyStrings.every((text) => text.isWellFormed() && !text.includes('\0'))).toBe(true)
})

describe('length', () => {
  it.each([
    ['ASCII', 'x'.repeat(20), 201],
    ['ASCII, one too many', 'x'.repeat(21), 422],
    ['emoji, which JavaScript counts as two', '😀'.repeat(20), 201],
    ['emoji, one too many', '😀'.repeat(21), 422],
    ['combining marks', `z${'\u0301'.repeat(19)}`, 201],
    ['three bytes each', '和'.repeat(20), 201],
  ])('of a varchar: %s', async (_what, varchar, status) => {
    const made = await create({ varchar })
    expect(made.status).toBe(status)
    if (status === 201) expect(await caller.bytesOf(idOf(made), 'varchar')).toBe(hex(varchar))
  })

  it('of a text: a megabyte comes back', async () => {
    const text = 'ü😀\n"\\'.repeat(80_000)
    const made = await create({ text })
    expect(made.status).toBe(201)
    expect((made.body as { text: string }).text).toBe(text)
    expect(await caller.bytesOf(idOf(made), 'text')).toBe(hex(text))
  })

  it('of an indexed text: values too long for an index are refused before the database', async () => {
    const random = Array.from({ length: 900 }, (_, i) => String.fromCodePoint(0x4e00 + i * 7))
    expect((await create({ indexed: random.slice(0, 860).join('') })).status).toBe(201)
    const longer = await create({ indexed: random.join('') })
    expect(longer).toMatchObject({ status: 422, blames: ['body.indexed'] })
  })
})

describe('a lone surrogate', () => {
  it.each(['"\\ud800"', '"a\\udfffb"', '"\\udc00\\ud800"', '"\\uD83D"'])(
    '%s is refused in every field of JSON',
    async (spelt) => {
      const before = await caller.snapshot()
      for (const body of [
        `{"json":null,"text":${spelt}}`,
        `{"json":${spelt}}`,
        `{"json":null,"list":["a",${spelt}]}`,
        `{"json":null,"record":{${spelt}:1}}`,
      ]) {
        const headers = { 'content-type': 'application/json' }
        const response = await caller.send('POST', '/items', { raw: body, headers })
        expect(response).toMatchObject({ status: 400, body: { code: 'PLINTH_MALFORMED_BODY' } })
      }
      expect(await caller.snapshot()).toBe(before)
    },
  )

  it.each(['%ED%A0%80', '%ff', '%C0%AF', '%E0%A4%A', '%', '%zz', '%F5%80%80%80'])(
    '%s is refused in a query, a path and a form',
    async (encoded) => {
      for (const path of [
        `/items?text=${encoded}`,
        `/items?${encoded}=a`,
        `/by/text/${encoded}`,
        `/echo/path/${encoded}`,
      ])
        expect(await caller.send('GET', path)).toMatchObject({
          status: 400,
          body: { code: 'PLINTH_MALFORMED_URL' },
        })
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const form = await caller.send('POST', '/echo/urlencoded', {
        raw: `name=${encoded}`,
        headers,
      })
      expect(form).toMatchObject({ status: 400, body: { code: 'PLINTH_MALFORMED_BODY' } })
    },
  )

  it('bytes that are not UTF-8 are refused in forms', async () => {
    const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
    const raw = Buffer.from([...Buffer.from('name='), 0xff, 0x61])
    const plain = await caller.send('POST', '/echo/urlencoded', { raw, headers: urlencoded })
    expect(plain).toMatchObject({ status: 400, body: { code: 'PLINTH_MALFORMED_BODY' } })
    const boundary = 'x'.repeat(30)
    const part = (name: string, value: Buffer, more = '') =>
      Buffer.concat([
        Buffer.from(
          `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`,
        ),
        value,
        Buffer.from('\r\n'),
      ])
    const multipart = Buffer.concat([
      part('caption', Buffer.from([0x61, 0xff, 0x62])),
      part('count', Buffer.from('1')),
      part('image', Buffer.from([0xff, 0xfe]), '; filename="a.bin"'),
      Buffer.from(`--${boundary}--\r\n`),
    ])
    const upload = await caller.send('POST', '/echo/upload', {
      raw: multipart,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    })
    expect(upload).toMatchObject({
      status: 400,
      body: {
        code: 'PLINTH_MALFORMED_BODY',
        detail: 'The form contains text that is not UTF-8',
      },
    })
  })
})
