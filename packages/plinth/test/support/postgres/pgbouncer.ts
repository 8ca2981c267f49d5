import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { pathOf } from '../external-programs.ts'
import type { PostgresServer } from './postgres-server.ts'
import { freePort } from '../../../../../scripts/test/free-port.ts'

/** A pgbouncer in transaction mode for the duration of a test. */
export interface Pgbouncer {
  readonly port: number
  /** Its version, such as `1.18.0`. */
  readonly version: string
  /** The number of transactions so far. */
  transactions(): Promise<number>
  stop(): Promise<void>
}

/** Starts Debian's pgbouncer in transaction mode for all databases of a server. */
export async function startPgbouncer(server: PostgresServer, poolSize = 5): Promise<Pgbouncer> {
  const program = pathOf('pgbouncer')
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout
  const directory = await mkdtemp(join(tmpdir(), 'plinth-pgbouncer-'))
  const port = await freePort()
  const { username, password } = new URL(server.url)
  const file = (name: string): string => join(directory, name)
  await writeFile(file('users.txt'), `"${username}" "${password}"\n`)
  await writeFile(
    file('pgbouncer.ini'),
    `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${file('users.txt')}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
logfile = ${file('log')}
pidfile = ${file('pid')}
stats_users = ${username}
`,
  )
  const root = process.getuid?.() === 0
  if (root) await giveTo('nobody', directory, [file('users.txt'), file('pgbouncer.ini')])
  // pgbouncer refuses to run as root.
  const child = spawn(program, [...(root ? ['--user=nobody'] : []), '-q', file('pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  child.stderr.on('data', (text: Buffer) => lines.push(text.toString()))
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await listening(child, port)
  } catch (error) {
    await stop()
    throw new Error(`pgbouncer did not start:\n${lines.join('')}`, { cause: error })
  }
  const transactions = async (): Promise<number> => {
    const client = new Client(`postgres://${username}:${password}@127.0.0.1:${port}/pgbouncer`)
    await client.connect()
    const { rows } = await client.query<{ total_xact_count: string }>('show stats')
    await client.end()
    return rows.reduce((sum, row) => sum + Number(row.total_xact_count), 0)
  }
  return { port, version: /\d+\.\d+\.\d+/.exec(version)?.[0] ?? '', transactions, stop }
}

async function giveTo(user: string, directory: string, files: readonly string[]): Promise<void> {
  const id = Number(spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout)
  for (const path of [directory, ...files]) await chown(path, id, -1)
  await chmod(directory, 0o700)
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const there = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (there) return
    await sleep(50)
  }
}
