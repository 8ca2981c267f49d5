import { get, type IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startChild, type Child } from '../server/server-child.fixture.ts'

const start = (options: object = {}): Promise<Child> =>
  startChild('drain-streams.fixture.ts', { lameDuck: 0, ...options })

interface Opened {
  /** All that came. */
  readonly text: () => string
  /** Whether it came to its own end, when it has ended. */
  readonly ended: Promise<boolean>
}

/** Asks for a stream, and gives it when its first bytes are there. */
async function open({ port }: Child, path: string): Promise<Opened> {
  let text = ''
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, resolve).on('error', reject)
  })
  answer.setEncoding('utf8')
  const ended = new Promise<boolean>((resolve) => {
    answer.on('close', () => resolve(answer.complete)).on('error', () => resolve(false))
  })
  await new Promise<void>((resolve) => {
    answer.on('data', (chunk: string) => {
      text += chunk
      resolve()
    })
  })
  return { text: () => text, ended }
}

const wordsOf = ({ lines }: Child): unknown[] => lines.map(({ msg }) => msg)
const wholeEvents = /^(?:(?:retry: \d+\n)?data: \{"n":\d+\}\n\n)+$/

describe('a stream of events, when its server stops', () => {
  it.each([
    ['that waits for its signal', '/waits', 'heard'],
    ['that sleeps by its signal', '/sleeps', undefined],
    ['that looks at nothing', '/ticks', 'cleaned up'],
  ])(
    '%s is ended whole, what it used is closed, and the process ends with 0',
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

  it('goes on until nobody can connect any more; one that begins meanwhile is ended too', async () => {
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

  it('that fails at its end is broken off and logged, and the process ends with 0', async () => {
    const child = await start()
    const { ended } = await open(child, '/breaks')
    child.process.kill('SIGTERM')
    expect(await ended).toBe(false)
    expect(await child.exit).toBe(0)
    const errors = child.lines.filter(({ level }) => level === 'error')
    expect(JSON.stringify(errors)).toContain('broken at the end')
    expect(errors).toHaveLength(1)
  })

  it('that hears nothing is cut off at the grace limit, and the process ends with 1', async () => {
    const child = await start({ gracePeriod: 800 })
    const { ended } = await open(child, '/deaf')
    child.process.kill('SIGTERM')
    expect(await ended).toBe(false)
    expect(await child.exit).toBe(1)
    expect(wordsOf(child)).toContain('requests were cut off: they did not end in time')
  })
})

it('lines are waited for: their end says that they are all', async () => {
  const child = await start()
  const { text, ended } = await open(child, '/lines')
  child.process.kill('SIGTERM')
  expect(await ended).toBe(true)
  expect(text().trim().split('\n')).toHaveLength(20)
  expect(await child.exit).toBe(0)
  expect(wordsOf(child)).toContain('closed after a success')
})
