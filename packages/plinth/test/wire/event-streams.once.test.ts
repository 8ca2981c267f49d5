// Server-sent events as other APIs send them: comments, and data that is not JSON.
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, comment, event, jsonLines, type Logger, raw, router, sse } from 'plinth'
import { client } from 'plinth/client'
import { clientTypes } from 'plinth/openapi'

const Chunk = z.object({ text: z.string() })
const streams = router('/streams')

const complete = streams.get(
  '/complete',
  { response: sse(Chunk, { raw: z.literal('[DONE]') }) },
  async function* () {
    yield comment('two lines\nof a comment')
    yield { text: 'Hello' }
    yield event({ text: 'world' }, { id: '2' })
    yield event(raw('[DONE]'), { event: 'end' })
  },
)
const texts = streams.get(
  '/texts',
  { response: sse(z.int(), { raw: z.string().max(20) }) },
  async function* () {
    yield 1
    yield raw('a\r\nb\nc')
  },
)
const faults: string[] = []
const log: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (facts) => {
    const { err } = facts as { readonly err?: Error }
    faults.push(String((err?.cause as Error | undefined)?.message ?? err?.message))
  },
  child: () => log,
}
const wrong = (stream: () => AsyncGenerator<unknown>, response: z.core.$ZodType) =>
  router('/wrong').get('/', { response }, stream as never)
const api = app({ title: 'Streams', log, routes: { streams: { complete, texts } } })

describe('a stream of server-sent events', () => {
  it('sends comments, and texts that are not JSON', async () => {
    const response = await api.fetch(new Request('http://test/streams/complete'))
    expect(await response.text()).toBe(
      ': two lines\n: of a comment\n\n' +
        'data: {"text":"Hello"}\n\n' +
        'id: 2\ndata: {"text":"world"}\n\n' +
        'event: end\ndata: [DONE]\n\n',
    )
  })
  it('gives a typed client values and texts, and never a comment', async () => {
    const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
    const received: string[] = []
    for await (const one of await c.get('/streams/complete')) {
      if (one === '[DONE]') break
      received.push(one.text)
    }
    expect(received).toEqual(['Hello', 'world'])
    expect(await Array.fromAsync(await c.get('/streams/texts'))).toEqual([1, 'a\nb\nc'])
  })
  it('is documented with its texts, and typed with them in the file for clients', () => {
    const { paths } = api.openapi()
    expect(paths['/streams/complete']?.['get']?.responses[200]).toMatchObject({
      description: expect.stringContaining('one of its texts as it is'),
      content: {
        'text/event-stream': {
          schema: { anyOf: [{ type: 'object' }, { type: 'string', const: '[DONE]' }] },
        },
      },
    })
    const types = clientTypes(api)
    expect(types).toMatch(/AsyncIterable<\{\s+text: string\s+\} \| '\[DONE\]'>/)
  })
  it.each([
    ['a text that no schema declares', sse(Chunk), () => raw('[DONE]'), 'declares no such texts'],
    [
      'a text that its schema refuses',
      sse(Chunk, { raw: z.literal('[DONE]') }),
      () => raw('[END]'),
      'its stream does not declare',
    ],
    ['a text that is JSON', sse(Chunk, { raw: z.string() }), () => raw('{}'), 'made of JSON'],
    ['an event in JSON lines', jsonLines(Chunk), () => event({ text: '' }), 'event() made'],
    ['a comment in JSON lines', jsonLines(Chunk), () => comment(''), 'comment() made'],
  ])('breaks off at %s', async (_, response, item, problem) => {
    faults.length = 0
    const route = wrong(async function* () {
      yield item()
    }, response)
    const broken = app({ title: 'Broken', log, routes: { wrong: { route } } })
    const answer = await broken.fetch(new Request('http://test/wrong'))
    await expect(answer.text()).rejects.toThrow('broke off')
    expect(faults.join()).toContain(problem)
  })
  it('refuses texts that are JSON at startup', () => {
    expect(() => sse(Chunk, { raw: z.literal(['[DONE]', 'null']) })).toThrow(
      '"null", which is JSON',
    )
    expect(() => sse(Chunk, { raws: z.string() } as never)).toThrow('raws')
  })
})
