import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../../../scripts/test/free-port.ts'

interface LoggingServer {
  readonly child: ChildProcess
  readonly errors: () => string
  /** Sends that many requests to an unknown path, one after the other, and returns the number of 404s. */
  readonly ask: (requests: number) => Promise<number>
  /** Stops it with SIGTERM, and returns its exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts a server that writes an access line for each request. */
async function start(stdout: number | 'pipe'): Promise<LoggingServer> {
  const port = await freePort()
  const script = fileURLToPath(new URL('serve-process.fixture.ts', import.meta.url))
  const stdio: StdioOptions = ['ignore', stdout, 'pipe']
  const child = spawn(process.execPath, [script, JSON.stringify({ port, lameDuck: 0 })], {
    env: { ...process.env, NODE_ENV: 'production', VITEST: '' },
    stdio,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let errors = ''
  child.stderr!.on('data', (text: Buffer) => (errors += text.toString()))
  const exit = once(child, 'exit') as Promise<[number | null]>
  const get = (): Promise<number> =>
    fetch(`http://localhost:${port}/`, { headers: { 'x-request-id': 'i'.repeat(60) } }).then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
    )
  await expect.poll(() => get().catch(() => 0)).toBe(404)
  return {
    child,
    errors: () => errors,
    ask: async (requests) => {
      let good = 0
      for (let i = 0; i < requests; i++) if ((await get()) === 404) good++
      return good
    },
    stop: async () => {
      child.kill('SIGTERM')
      return (await exit)[0]
    },
  }
}

describe('a server whose log cannot be written', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'serves requests on a full disk, ends at SIGTERM, and reports the lost lines on standard error',
    async () => {
      const full = openSync('/dev/full', 'w')
      const server = await start(full)
      closeSync(full)
      expect(await server.ask(200)).toBe(200)
      expect(await server.stop()).toBe(0)
      expect(server.errors()).toContain('ENOSPC')
      const lost = /plinth: (\d+) log lines could not be written/.exec(server.errors())
      expect(Number(lost?.[1])).toBeGreaterThanOrEqual(200)
    },
  )

  it('serves requests while nothing reads its output, and ends at SIGTERM', async () => {
    const server = await start('pipe')
    // More than the pipe and the stream hold: each line has about 200 bytes.
    expect(await server.ask(1500)).toBe(1500)
    expect(await server.stop()).toBe(0)
    expect(server.errors()).toMatch(/plinth: \d+ log lines could not be written/)
  })

  it('serves requests after the reader of its output has gone, and ends at SIGTERM', async () => {
    const server = await start('pipe')
    server.child.stdout!.destroy()
    expect(await server.ask(200)).toBe(200)
    expect(await server.stop()).toBe(0)
    expect(server.errors()).toContain('EPIPE')
  })
})
