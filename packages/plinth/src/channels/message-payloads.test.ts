import { describe, expect, it } from 'vitest'
import { MessageAssembly, readPayload, writePayloads } from './message-payloads.ts'

const through = (payloads: readonly string[]): (string | null | undefined)[] => {
  const assembly = new MessageAssembly()
  return payloads.map((payload) => assembly.add(readPayload(payload)))
}

describe('the payloads of a message', () => {
  it.for(['', 'a b', 'ü/%', '👪', '\0'])('carry the key %j', (key) => {
    const [payload, ...others] = writePayloads(key, '{"a":"b c"}')
    expect(others).toEqual([])
    expect(readPayload(payload!)).toMatchObject({ key, text: '{"a":"b c"}', count: 1 })
  })

  it('of two equal messages differ, because Postgres delivers equal ones of a transaction once', () => {
    expect(writePayloads('k', '1')).not.toEqual(writePayloads('k', '1'))
  })

  it.for([1, 7000, 7880, 7900, 8000, 30_000, 1_000_000])(
    'of %i bytes have at most 7999 bytes each, and are the message again together',
    (length) => {
      for (const unit of ['x', 'é', '€', '👪']) {
        const text = unit.repeat(Math.ceil(length / Buffer.byteLength(unit)))
        const payloads = writePayloads('a key with ü', text)
        for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8000)
        const texts = through(payloads)
        expect(texts.pop()).toBe(text)
        expect(texts.every((one) => one === undefined)).toBe(true)
      }
    },
  )

  it('make a message only together', () => {
    const [first, second, third] = writePayloads('k', 'x'.repeat(20_000))
    const [small] = writePayloads('k', 'y')
    expect(through([first!, third!, small!])).toEqual([undefined, null, 'y'])
    expect(through([second!, third!, small!])).toEqual([undefined, null, 'y'])
    expect(through([first!, second!, small!, first!, second!, third!]).at(-1)).toBe(
      'x'.repeat(20_000),
    )
  })
})
