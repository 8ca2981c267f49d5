import { Agent, get } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runChild, startChild, type Child } from './server-child.fixture.ts'

const script = 'graceful-shutdown.fixture.ts'
const started = (options: object = {}): Promise<Child> => startChild(script, options)

/** `refused` is a connection that was not accepted: nothing was sent, and nothing lost. */
type Outcome = number | 'refused' | 'lost'

function ask(port: number, path: string, agent?: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'lost')
    get({ host: '127.0.0.1', port, path, agent }, (answer) => {
      answer.resume()
      answer.on('error', failed)
      answer.on('end', () => resolve(answer.complete ? (answer.statusCode ?? 0) : 'lost'))
    }).on('error', failed)
  })
}

/** A client that sends its next request as soon as it has an answer, until nobody listens any more. */
async function client(port: number, outcomes: Outcome[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (;;) {
    const outcome = await ask(port, '/slow', agent)
    if (outcome === 'refused') break
    outcomes.push(outcome)
    if (outcome === 'lost') break
  }
  agent.destroy()
}

describe('a server under load', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('that gets %s loses no request', async (signal) => {
    const child = await started()
    const outcomes: Outcome[] = []
    const clients = Array.from({ length: 30 }, () => client(child.port, outcomes))
    while (outcomes.length < 60) await ask(child.port, '/slow')
    child.process.kill(signal)
    await child.logged('stopping')
    expect(await ask(child.port, '/ready')).toBe(503)
    expect(await child.exit).toBe(0)
    await Promise.all(clients)
    expect(outcomes.filter((outcome) => outcome !== 200)).toStrictEqual([])
    expect(child.lines.filter(({ msg }) => msg === 'stopped')).toHaveLength(1)
    expect(child.errors).toStrictEqual([])
  })
})

describe('a server that is told to stop', () => {
  it('ends a request that never ends at the grace limit, and its own process with 1', async () => {
    // Long enough for the quarter of it that is left to stop the app, also on a busy machine.
    const child = await started({ gracePeriod: 4000, lameDuck: 0 })
    const answer = ask(child.port, '/never')
    await ask(child.port, '/entered')
    child.process.kill('SIGTERM')
    expect(await answer).toBe(503)
    expect(await child.exit).toBe(1)
    const words = child.lines.map(({ msg }) => msg)
    expect(words.slice(0, 2)).toStrictEqual(['listening', 'stopping'])
    // What the request hears of its end and what the server says of it have no order between them.
    expect(words.slice(2).toSorted()).toStrictEqual([
      'aborted',
      'request',
      'requests were cut off: they did not end in time',
      'stopped',
    ])
  })

  it('ends at once, with 1, at a second signal', async () => {
    const child = await started({ gracePeriod: 20_000 })
    void ask(child.port, '/never')
    await ask(child.port, '/entered')
    child.process.kill('SIGINT')
    await child.logged('stopping')
    // within half a second it could be one key press that came twice
    await new Promise((resolve) => setTimeout(resolve, 700))
    child.process.kill('SIGINT')
    expect(await child.exit).toBe(1)
    expect(child.errors).toStrictEqual(['plinth: a second SIGINT, ending at once'])
  })

  it('takes two signals of one key press for one', async () => {
    const child = await started()
    child.process.kill('SIGINT')
    await child.logged('stopping')
    child.process.kill('SIGINT')
    expect(await child.exit).toBe(0)
    expect(child.errors).toStrictEqual([])
  })
})

describe('an error that nobody caught', () => {
  it('is logged once, without its secrets, and stops the server', async () => {
    const child = await started({ lameDuck: 0 })
    expect(await ask(child.port, '/throw')).toBe(200)
    expect(await child.exit).toBe(1)
    const logged = child.lines.filter(({ level }) => level === 'error')
    expect(logged).toHaveLength(1)
    expect(JSON.stringify(child.lines) + child.errors.join('')).not.toContain('canary')
    expect(child.lines.at(-1)).toMatchObject({ msg: 'stopped' })
  })

  it('in a promise is logged once, without its secrets, and the server goes on', async () => {
    const child = await started({ lameDuck: 0 })
    expect(await ask(child.port, '/reject')).toBe(200)
    await child.logged('a promise was rejected and nobody handled it')
    expect(await ask(child.port, '/ready')).toBe(200)
    child.process.kill('SIGTERM')
    expect(await child.exit).toBe(0)
    expect(child.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(JSON.stringify(child.lines) + child.errors.join('')).not.toContain('canary')
  })
})

describe('a server that cannot start', () => {
  it('says in one line that its port is in use, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const child = runChild(script, { hostname: '127.0.0.1' }, { PORT: String(port) })
    expect(await child.exit).toBe(1)
    expect(child.errors).toStrictEqual([
      `plinth: Port ${port} is in use on localhost: stop the program that has it, or set another with PORT (PLINTH_PORT_IN_USE)`,
    ])
    expect(child.lines).toStrictEqual([])
  })

  it('says in one line that PORT is no port', async () => {
    const child = runChild(script, {}, { PORT: 'eighty' })
    expect(await child.exit).toBe(1)
    expect(child.errors.join('\n')).toMatch(/^plinth: PORT is no port: .*PLINTH_SETTINGS_INVALID/)
  })
})
