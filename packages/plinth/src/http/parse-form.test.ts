import { describe, expect, it } from 'vitest'
import { parseForm } from './parse-form.ts'

const encoded = async (data: FormData): Promise<[Uint8Array<ArrayBuffer>, string]> => {
  const response = new Response(data)
  return [
    new Uint8Array(await response.arrayBuffer()),
    response.headers.get('content-type') as string,
  ]
}
const formOf = (values: readonly (readonly [string, string | File])[]): FormData => {
  const data = new FormData()
  for (const [name, value] of values) data.append(name, value)
  return data
}
const urlencoded = 'application/x-www-form-urlencoded'
// The platform refuses a boundary of fewer than 27 characters.
const boundary = 'x'.repeat(30)
const part = (name: string, content: string | Buffer, more = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`),
    Buffer.from(content as string),
    Buffer.from('\r\n'),
  ])
const multipart = (...parts: Buffer[]): [Uint8Array<ArrayBuffer>, string] => [
  new Uint8Array(Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])),
  `multipart/form-data; boundary="${boundary}"`,
]

describe('a multipart form', () => {
  it('is parsed into text as it was sent, and a list for a repeated name', async () => {
    const texts = ['', 'a', 'ü😀', '\ufeffmark', '\ufeff', '\n', '--', '\r\n\r\n--', '\ufffd', ' ']
    const sent = texts.map((text) => ['list', text] as const)
    const bytes = new File([Buffer.from([0, 255, 13, 10, 13, 10])], 'ä.bin')
    const form = formOf([['one', '\r\n\r\nx'], ...sent, ['file', bytes], ['last', 'z']])
    const values = await parseForm(...(await encoded(form)))
    // A form's line breaks are CR LF, whatever they were on the page.
    expect(values).toMatchObject({ one: '\r\n\r\nx', last: 'z' })
    expect(values['list']).toEqual(texts.map((text) => (text === '\n' ? '\r\n' : text)))
    expect((values['file'] as File).name).toBe('ä.bin')
    expect(await (values['file'] as File).bytes()).toEqual(new Uint8Array([0, 255, 13, 10, 13, 10]))
  })

  it('cannot reach a prototype by a name', async () => {
    const values = await parseForm(...multipart(part('__proto__', 'x'), part('a', 'y')))
    expect(Object.keys(values)).toEqual(['__proto__', 'a'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it.each([
    ['bytes that are not UTF-8', multipart(part('a', Buffer.from([0x61, 0xff])))],
    ['a surrogate', multipart(part('a', Buffer.from([0xed, 0xa0, 0x80])))],
    ['a file name', multipart(part('a', 'x', `; filename="\ufffd"`))],
    ['another encoding', multipart(part('a', 'eA==', '\r\ncontent-transfer-encoding: base64'))],
    [
      'no end',
      [new Uint8Array(part('a', 'x')), `multipart/form-data; boundary=${boundary}`] as const,
    ],
    ['no boundary', [new Uint8Array(part('a', 'x')), 'multipart/form-data;'] as const],
    ['nothing', [new Uint8Array(0), `multipart/form-data; boundary=${boundary}`] as const],
  ])('is refused with %s', async (_what, [bytes, type]) => {
    await expect(parseForm(bytes, type)).rejects.toMatchObject({
      status: 400,
      code: 'PLINTH_MALFORMED_BODY',
    })
  })
})

describe('a urlencoded form', () => {
  it('is parsed into text as it was sent', async () => {
    const text = new URLSearchParams([
      ['a', '\ufeff ü+%'],
      ['a', ''],
    ])
    const values = await parseForm(Buffer.from(String(text)), urlencoded)
    expect(values).toEqual({ a: ['\ufeff ü+%', ''] })
  })
  it('may contain UTF-8 that is not encoded', async () => {
    expect(await parseForm(Buffer.from('a=ü'), urlencoded)).toEqual({ a: 'ü' })
  })
  it.each([[Buffer.from('a=%ff')], [Buffer.from([0x61, 0x3d, 0xff])], [Buffer.from('a=%')]])(
    'is refused if it is not UTF-8: %j',
    async (bytes) => {
      await expect(parseForm(bytes, urlencoded)).rejects.toMatchObject({
        status: 400,
        code: 'PLINTH_MALFORMED_BODY',
      })
    },
  )
})
