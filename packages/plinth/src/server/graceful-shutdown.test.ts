import { Agent, get } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runChild, startChild, type Child } from './server-child.fixture.ts'

const script = 'graceful-shutdown.fixture.ts'
const started = (options: object = {}): Promise<Child> => startChild(script, options)

/** The outcome of a request. `refused` is a connection that was not accepted, so nothing was lost. */
type Outcome = number | 'refused' | 'lost'

function ask(port: number, path: string, agent?: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'lost')
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.resume()
      response.on('error', failed)
      response.on('end', () => resolve(response.complete ? (response.statusCode ?? 0) : 'lost'))
    }).on('error', failed)
  })
}

/** A client that sends its next request as soon as it has a response, until the port is closed. */
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

/** Ends a server under load with a signal, and expects that every accepted request is responded to. */
async function losesNothing(signal: NodeJS.Signals): Promise<void> {
  const child = await started()
  const outcomes: Outcome[] = []
  const clients = Array.from({ length: 30 }, () => client(child.port, outcomes))
  while (outcomes.length < 60) await ask(child.port, '/slow')
  child.process.kill(signal)
  await child.logged('stopping')
  expect(await ask(child.port, '/ready'), signal).toBe(503)
  expect(await child.exit, signal).toBe(0)
  await Promise.all(clients)
  expect(
    outcomes.filter((outcome) => outcome !== 200),
    signal,
  ).toStrictEqual([])
  expect(
    child.lines.filter(({ msg }) => msg === 'stopped'),
    signal,
  ).toHaveLength(1)
  expect(child.errors, signal).toStrictEqual([])
}

describe('a server under load', () => {
  it('loses no request after SIGTERM, SIGINT, SIGHUP or SIGQUIT', async () => {
    // at once, because most of the time of each is its lame duck period
    await Promise.all((['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const).map(losesNothing))
  })
})

describe('a server that gets a signal', () => {
  it('cuts off an endless request at the end of the grace period, and exits with 1', async () => {
    // Long enough to leave a second for stopping the app, even on a busy machine.
    const child = await started({ gracePeriod: 4000, lameDuck: 0 })
    const response = ask(child.port, '/never')
    await ask(child.port, '/entered')
    child.process.kill('SIGTERM')
    expect(await response).toBe(503)
    expect(await child.exit).toBe(1)
    const words = child.lines.map(({ msg }) => msg)
    expect(words.slice(0, 2)).toStrictEqual(['listening', 'stopping'])
    // The handler's abort and the server's own lines have no fixed order.
    expect(words.slice(2).toSorted()).toStrictEqual([
      'aborted',
      'request',
      'requests were cut off: they did not finish in time',
      'stopped',
    ])
  })

  it('exits immediately with 1 at a second signal', async () => {
    const child = await started({ gracePeriod: 20_000 })
    void ask(child.port, '/never')
    await ask(child.port, '/entered')
    child.process.kill('SIGINT')
    await child.logged('stopping')
    // within half a second, it could be one key press that arrived twice
    await new Promise((resolve) => setTimeout(resolve, 700))
    child.process.kill('SIGINT')
    expect(await child.exit).toBe(1)
    expect(child.errors).toStrictEqual(['plinth: a second SIGINT, ending at once'])
  })

  it('treats two signals of one key press as one', async () => {
    const child = await started()
    // Two different ones, since the system merges two of the same that wait.
    child.process.kill('SIGINT')
    child.process.kill('SIGTERM')
    expect(await child.exit).toBe(0)
    expect(child.errors).toStrictEqual([])
  })
})

describe('an uncaught error', () => {
  it('is logged once, with its secrets redacted, and stops the server', async () => {
    const child = await started({ lameDuck: 0 })
    expect(await ask(child.port, '/throw')).toBe(200)
    expect(await child.exit).toBe(1)
    const logged = child.lines.filter(({ level }) => level === 'error')
    expect(logged).toHaveLength(1)
    expect(JSON.stringify(child.lines) + child.errors.join('')).not.toContain('canary')
    expect(child.lines.at(-1)).toMatchObject({ msg: 'stopped' })
  })

  it('in a promise is logged once, with its secrets redacted, and the server keeps running', async () => {
    const child = await started({ lameDuck: 0 })
    expect(await ask(child.port, '/reject')).toBe(200)
    await child.logged('unhandled rejection')
    expect(await ask(child.port, '/ready')).toBe(200)
    child.process.kill('SIGTERM')
    expect(await child.exit).toBe(0)
    expect(child.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(JSON.stringify(child.lines) + child.errors.join('')).not.toContain('canary')
  })
})

describe('a server that cannot start', () => {
  it('says in one line that its port is in use, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const child = runChild(script, { hostname: '127.0.0.1' }, { PORT: String(port) })
    expect(await child.exit).toBe(1)
    expect(child.errors).toStrictEqual([
      `plinth: Port ${port} is in use on localhost: stop the program that uses it, or set another port with PORT (PLINTH_PORT_IN_USE)`,
    ])
    expect(child.lines).toStrictEqual([])
  })

  it('says in one line that PORT is not a port number', async () => {
    const child = runChild(script, {}, { PORT: 'eighty' })
    expect(await child.exit).toBe(1)
    expect(child.errors.join('\n')).toMatch(
      /^plinth: PORT is not a port number: .*PLINTH_SETTINGS_INVALID/,
    )
  })
})
