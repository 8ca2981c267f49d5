// @module-tag postgres
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { naughtyStrings } from '../../../../../test/support/naughty-strings.ts'
import {
  type PostgresServer,
  startPostgres,
} from '../../../../../test/support/postgres/postgres-server.ts'
import type { Statement } from '../../driver.ts'
import { barePipeline } from '../pipeline.fixture.ts'
import { pgInternals } from './internals.ts'
import { RawClient } from './raw-client.ts'
import { RawText } from '../../../../http/raw-text.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

const asking = (text: string, ...params: unknown[]): Statement => ({
  text,
  params,
  name: undefined,
  arrays: true,
})
const echo = (text: string | null): Statement => asking('select $1::text', text)

/** Runs a function with a pipeline on one connection of a kind of client. */
async function withPipeline(
  Kind: typeof Client,
  use: (pipeline: ReturnType<typeof barePipeline>) => Promise<void>,
): Promise<void> {
  const options = { connectionString: server.url, pipeline: true, max: 1, Client: Kind }
  const pool = new Pool(options)
  pool.on('connect', (client) => client.on('error', () => {})).on('error', () => {})
  const pipeline = barePipeline(await pool.connect(), await pgInternals())
  try {
    await use(pipeline)
  } finally {
    pipeline.release()
    await pool.end()
  }
}

const texts = [
  ...Object.values(naughtyStrings).flat(),
  '\uFEFFmark',
  '\u0080\u00FF\u0100\uD7FF\uE000\uFFFF\u{10000}\u{10FFFF}',
  '',
  // More than one chunk, with characters split across the chunks.
  ...['a', 'ü', '€', '🌱'].map((letter) => `${letter.repeat(300_001)}.`),
]

describe.each([
  ['undecoded', RawClient],
  ['decoded', Client],
])('a text %s', (_, Kind) => {
  it('is the stored one, next to rows that are decoded', async () => {
    await withPipeline(Kind, async (pipeline) => {
      const all = await Promise.all(
        texts.map((text) => Promise.all([pipeline.text(echo(text)), pipeline.run(echo(text))])),
      )
      expect(all.map(([text]) => text?.toString())).toEqual(texts)
      expect(all.map(([, { rows }]) => (rows as unknown as string[][])[0]?.[0])).toEqual(texts)
      expect(new Set(all.map(([text]) => text instanceof RawText))).toEqual(
        new Set([Kind === RawClient]),
      )
    })
  })

  it('is undefined without a row, and for null', async () => {
    await withPipeline(Kind, async (pipeline) => {
      expect(await pipeline.text(asking('select 1 where false'))).toBeUndefined()
      expect(await pipeline.text(echo(null))).toBeUndefined()
    })
  })

  it('does not change how errors are read', async () => {
    await withPipeline(Kind, async (pipeline) => {
      const failing = asking(`select ('Grüße 🌱 ' || $1)::int::text`, 'Ω')
      await expect(pipeline.text(failing)).rejects.toMatchObject({
        code: '22P02',
        message: expect.stringContaining('"Grüße 🌱 Ω"') as string,
      })
      expect((await pipeline.text(echo('after it')))?.toString()).toBe('after it')
    })
  })
})

describe('a raw text', () => {
  it('holds the bytes of its UTF-8 form', () => {
    for (const text of texts) {
      const bytes = Buffer.from(text)
      const raw = new RawText(bytes.toString('latin1'))
      expect(raw.length).toBe(bytes.length)
      expect(raw.bytes.equals(bytes)).toBe(true)
      expect(raw.toString() === text).toBe(true)
    }
  })
})
