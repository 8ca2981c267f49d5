// The short form of `npm run load -- workers`: workers that die, spin, and are restarted.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { CliProject } from '../support/cli-project.ts'
import { killWorkers } from './kill-workers.ts'
import { loadProject } from './load-service.ts'
import { restartWorkers } from './restart-workers.ts'
import { startWorkers, type LogLine, type WorkerService } from './worker-service.ts'

let project: CliProject
beforeAll(() => {
  project = loadProject()
})
afterAll(() => project[Symbol.dispose]())

/** Matches the message of a line. */
const says =
  (...words: readonly string[]) =>
  ({ msg = '' }: LogLine): boolean =>
    words.some((word) => msg.startsWith(word))

const pidOf = async (url: string): Promise<number> =>
  ((await (await fetch(`${url}/pid`)).json()) as { pid: number }).pid

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Ends a service with SIGTERM, and returns its exit code. */
const stop = async (service: WorkerService): Promise<number | string> => {
  service.kill('SIGTERM')
  return await service.ended
}

describe.concurrent('workers', () => {
  it('a second start is refused, no connection waits for a killed worker, and SIGHUP and SIGTERM lose no request', async ({
    expect,
  }) => {
    await using service = await startWorkers(project.folder, 2)
    const address = ['--host', '127.0.0.1', '--port', new URL(service.url).port]
    const second = await project.plinth(['start', ...address, '--workers', '2'])
    const load = { connections: 8, pause: 5 }
    const { answered, statuses, errors } = await killWorkers(service, { kills: 2, ...load })
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('PLINTH_PORT_IN_USE')
    expect(answered).toBeGreaterThan(0)
    expect(statuses).toEqual({})
    expect(['ECONNRESET', 'ECONNREFUSED']).toEqual(expect.arrayContaining(Object.keys(errors)))
    const before = service.serving()
    const restarted = await restartWorkers(service, { requests: 1, ...load })
    expect(restarted).toMatchObject({ statuses: {}, errors: {}, restarts: 1 })
    expect(service.serving()).toHaveLength(2)
    expect(before.filter(isAlive)).toEqual([])
    expect(await stop(service)).toBe(0)
    expect(service.torn).toEqual([])
  })

  it('code that cannot start leaves the old workers, and SIGHUP during a restart starts another one after it', async ({
    expect,
  }) => {
    using broken = loadProject()
    await using service = await startWorkers(broken.folder, 2)
    const old = service.serving()
    const code = broken.read('src/api.ts')
    broken.write('src/api.ts', 'throw new Error("broken code")')
    service.kill('SIGHUP')
    await service.logged(says('a new worker cannot start'))
    expect(JSON.stringify(service.lines)).toContain('broken code')
    expect(old).toContain(await pidOf(service.url))
    expect(old.filter(isAlive)).toEqual(old)
    broken.write('src/api.ts', code)
    const from = service.lines.length
    service.kill('SIGHUP')
    await service.logged(says('restarting'), from)
    service.kill('SIGHUP')
    service.kill('SIGHUP')
    let rounds = 0
    await service.logged((line) => says('restarted')(line) && ++rounds === 2, from)
    const restarts = service.lines.slice(from).filter(says('restart', 'a worker'))
    expect(restarts.map(({ msg }) => msg)).toEqual([
      'restarting',
      'restarted',
      'restarting',
      'restarted',
    ])
    const last = service.lines.length
    service.kill('SIGHUP')
    await service.logged(says('restarting'), last)
    expect(await stop(service)).toBe(0)
    await expect.poll(() => service.serving().filter(isAlive)).toEqual([])
  })

  it('a blocked worker is killed and replaced, no connection waits for it, and a pause of the primary process kills none', async ({
    expect,
  }) => {
    await using service = await startWorkers(project.folder, 2, '--worker-timeout', '5000')
    service.kill('SIGSTOP')
    await sleep(6000)
    service.kill('SIGCONT')
    const answer = fetch(`${service.url}/spin/never`).catch(() => 'closed')
    const { spins } = await service.logged(({ spins }) => spins !== undefined)
    // Each on its own connection: none waits for the blocked worker, even once that is dead.
    const headers = { connection: 'close' }
    const others = Array.from({ length: 6 }, () =>
      fetch(`${service.url}/pid`, { headers, signal: AbortSignal.timeout(60_000) }),
    )
    for (const { status } of await Promise.all(others)) expect(status).toBe(200)
    const { pid } = await service.logged(says('a worker does not respond'))
    expect(pid).toBe(spins)
    expect(await answer).toBe('closed')
    await service.begun(3)
    expect(await pidOf(service.url)).not.toBe(pid)
    const ends = service.lines.filter(says('a worker'))
    expect(ends.map(({ msg }) => msg)).toEqual([
      'a worker does not respond: killing it',
      'a worker ended',
    ])
  })
})
