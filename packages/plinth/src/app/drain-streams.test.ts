import { get, type IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startChild, type Child } from '../server/server-child.fixture.ts'

const start = (options: object = {}): Promise<Child> =>
  startChild('drain-streams.fixture.ts', { lameDuck: 0, ...options })

interface Opened {
  /** The text that has arrived. */
  readonly text: () => string
  /** Resolves when the stream has ended: `true` if it was complete. */
  readonly ended: Promise<boolean>
}

/** Requests a stream, and returns it when its first bytes have arrived. */
async function open({ port }: Child, path: string): Promise<Opened> {
  let text = ''
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, resolve).on('error', reject)
  })
  response.setEncoding('utf8')
  const ended = new Promise<boolean>((resolve) => {
    response.on('close', () => resolve(response.complete)).on('error', () => resolve(false))
  })
  await new Promise<void>((resolve) => {
    response.on('data', (chunk: string) => {
      text += chunk
      resolve()
    })
  })
  return { text: () => text, ended }
}

const wordsOf = ({ lines }: Child): unknown[] => lines.map(({ msg }) => msg)
const wholeEvents = /^(?:(?:retry: \d+\n)?data: \{"n":\d+\}\n\n)+$/

describe('a stream of events, at graceful shutdown,', () => {
  it.each([
    ['that waits for its signal', '/waits', 'heard'],
    ['that sleeps by its signal', '/sleeps', undefined],
    ['that looks at nothing', '/ticks', 'cleaned up'],
  ])(
    '%s is ended complete, its dependencies are closed, and the process ends with 0',
    async (_, path, word) => {
      const child = await start()
      const streams = await Promise.all(Array.from({ length: 3 }, () => open(child, path)))
      child.process.kill('SIGTERM')
      expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual([true, true, true])
      for (const { text } of streams) expect(text()).toMatch(wholeEvents)
      expect(await child.exit).toBe(0)
      const closed = child.lines.filter(({ msg }) => msg === 'closed early')
      expect(closed.map(({ code }) => code)).toEqual(Array(3).fill('PLINTH_SHUTTING_DOWN'))
      if (word !== undefined) expect(wordsOf(child).filter((msg) => msg === word)).toHaveLength(3)
      expect(child.lines.filter(({ level }) => level === 'error')).toEqual([])
      expect(child.errors).toEqual([])
    },
  )

  it('continues until the server no longer listens; one that begins in the meantime is ended, too', async () => {
    const child = await start({ lameDuck: 600 })
    const first = await open(child, '/ticks')
    child.process.kill('SIGTERM')
    await child.logged('stopping')
    const before = first.text().length
    const second = await open(child, '/ticks')
    await expect.poll(() => first.text().length).toBeGreaterThan(before + 50)
    expect(await Promise.all([first.ended, second.ended])).toEqual([true, true])
    expect(await child.exit).toBe(0)
  })

  it('breaks off and is logged if its generator fails at the end, and the process ends with 0', async () => {
    const child = await start()
    const { ended } = await open(child, '/breaks')
    child.process.kill('SIGTERM')
    expect(await ended).toBe(false)
    expect(await child.exit).toBe(0)
    const errors = child.lines.filter(({ level }) => level === 'error')
    expect(JSON.stringify(errors)).toContain('broken at the end')
    expect(errors).toHaveLength(1)
  })

  it('is cut off at the end of the grace period if it ignores its signal, and the process ends with 1', async () => {
    const child = await start({ gracePeriod: 800 })
    const { ended } = await open(child, '/deaf')
    child.process.kill('SIGTERM')
    expect(await ended).toBe(false)
    expect(await child.exit).toBe(1)
    expect(wordsOf(child)).toContain('requests were cut off: they did not finish in time')
  })
})

it('JSON lines are awaited at graceful shutdown, since their end means that they are complete', async () => {
  const child = await start()
  const { text, ended } = await open(child, '/lines')
  child.process.kill('SIGTERM')
  expect(await ended).toBe(true)
  expect(text().trim().split('\n')).toHaveLength(20)
  expect(await child.exit).toBe(0)
  expect(wordsOf(child)).toContain('closed after a success')
})
