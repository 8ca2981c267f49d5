// Uploads of sparse files to disk: the memory of the server, many at once, and clients that leave in the middle.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../../../scripts/build/build-package.ts'
import type { Load } from './main.ts'

const MiB = 1024 * 1024

interface Report {
  readonly port: number
  readonly peak: number
}

/** A server of uploads in its own process, with a folder for its files and one for the files to send. */
export class UploadServer {
  port = 0
  readonly #folder = mkdtempSync(join(tmpdir(), 'plinth-load-uploads-'))
  readonly #process: ChildProcess

  /**
   * @param uploads - how many are received at the same time
   * @param built - the package as it is built, instead of the sources
   * @param execArgv - options of Node
   */
  constructor(uploads = 100, built?: string, execArgv: readonly string[] = []) {
    const path = fileURLToPath(new URL('upload-server.ts', import.meta.url))
    const cache = { NODE_COMPILE_CACHE: join(tmpdir(), 'plinth-load-compile-cache') }
    const args = [join(this.#folder, 'stored'), String(uploads)]
    this.#process = fork(path, built === undefined ? args : [...args, built], {
      execArgv: [...process.execArgv, ...execArgv],
      env: { ...process.env, ...cache, NODE_ENV: 'production', VITEST: '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  async started(): Promise<void> {
    const [report] = (await once(this.#process, 'message')) as [Report]
    this.port = report.port
  }

  /** The largest memory (resident set size) since the last call, in bytes. */
  async peak(): Promise<number> {
    const report = once(this.#process, 'message')
    this.#process.send('report')
    const [{ peak }] = (await report) as [Report]
    return peak
  }

  /** The number of files that the server stores now. */
  stored(): number {
    try {
      return readdirSync(join(this.#folder, 'stored')).length
    } catch {
      return 0
    }
  }

  /** A file of this size that takes no room on disk. */
  sparse(size: number): string {
    const path = join(this.#folder, `${size}.bin`)
    writeFileSync(path, '')
    truncateSync(path, size)
    return path
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const head = Buffer.from(
  '--b\r\nContent-Disposition: form-data; name="video"; filename="v.mp4"\r\nContent-Type: video/mp4\r\n\r\n',
)
const tail = Buffer.from('\r\n--b--\r\n')

/** An upload in progress. */
export interface Sending {
  /** The status and the size that the server received; rejects if the connection ends before. */
  readonly answer: Promise<{ status: number; size: number }>
  /** Disconnects in the middle. */
  readonly leave: () => void
}

/** Sends a file as a form. `until` stops after this many bytes, and leaves the connection open. */
export function sendFile(port: number, path: string, size: number, until = size): Sending {
  const sent = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': head.length + size + tail.length,
    },
  })
  const answer = (async () => {
    const [response] = (await once(sent, 'response')) as [
      AsyncIterable<Buffer> & { statusCode: number },
    ]
    let text = ''
    for await (const chunk of response) text += chunk.toString()
    const { size: received = 0 } = JSON.parse(text) as { size?: number }
    return { status: response.statusCode, size: received }
  })()
  answer.catch(() => undefined)
  sent.write(head)
  const content = createReadStream(path, { end: until - 1, highWaterMark: MiB / 4 })
  content.pipe(sent, { end: false })
  content.on('end', () => {
    if (until === size) sent.end(tail)
  })
  const leave = (): void => {
    content.destroy()
    sent.destroy()
  }
  return { answer, leave }
}

/** Sends this many files at once, and counts those that arrived whole. */
export async function sendMany(server: UploadServer, count: number, size: number): Promise<number> {
  const path = server.sparse(size)
  const all = Array.from({ length: count }, () => sendFile(server.port, path, size).answer)
  const settled = await Promise.allSettled(all)
  return settled.filter(
    (one) => one.status === 'fulfilled' && one.value.status === 200 && one.value.size === size,
  ).length
}

/** Begins this many uploads, leaves them in the middle, and returns the numbers of files before and after. */
export async function leaveMany(server: UploadServer, count: number, size: number) {
  const path = server.sparse(size)
  const all = Array.from({ length: count }, () => sendFile(server.port, path, size, size / 2))
  const during = await storedUntil(server, (stored) => stored >= count)
  for (const one of all) one.leave()
  const after = await storedUntil(server, (stored) => stored === 0)
  return { during, after }
}

async function storedUntil(
  server: UploadServer,
  isDone: (stored: number) => boolean,
): Promise<number> {
  for (let tries = 0; tries < 600 && !isDone(server.stored()); tries++) await delay(50)
  return server.stored()
}

/** The largest memory of a server that receives a file of 2 GiB, with the options below. */
const limit = 150
/** A small young generation of V8, for comparison. */
const small = ['--max-semi-space-size=1']

/** The server of a load. */
interface Measured {
  /** How many uploads it receives at the same time. */
  readonly uploads: number
  readonly built: string
  readonly execArgv?: readonly string[]
}

/** Builds the package as it is published: its sources have types to strip, which takes 40 MiB. */
async function built(): Promise<{ path: string; remove: () => void }> {
  const source = fileURLToPath(new URL('../..', import.meta.url))
  // below the repository, so that its dependencies are found
  const below = join(source, '../../.plinth')
  mkdirSync(below, { recursive: true })
  const folder = mkdtempSync(join(below, 'load-uploads-'))
  await bundle(source, folder)
  return { path: join(folder, 'index.js'), remove: () => rmSync(folder, { recursive: true }) }
}

/** Runs one load on a server that has received a file before, and reports the memory of the load alone. */
async function measured(
  { uploads, built, execArgv = [] }: Measured,
  work: (server: UploadServer) => Promise<object>,
): Promise<{ row: object; peak: number }> {
  const server = new UploadServer(uploads, built, execArgv)
  try {
    await server.started()
    await sendMany(server, 1, 64 * MiB)
    await server.peak()
    const row = await work(server)
    const peak = Math.round((await server.peak()) / MiB)
    return {
      row: { ...row, node: execArgv.join(' '), left: server.stored(), 'peak RSS (MiB)': peak },
      peak,
    }
  } finally {
    await server.stop()
  }
}

/** The full form: 2 GiB, 100 at once, and 50 that break off. */
export const load: Load['load'] = async () => {
  const problems: string[] = []
  const { path, remove } = await built()
  try {
    const large = await largeUploads(path, problems)
    const many = await manyUploads(path, problems)
    return { tables: { uploads: [...large, ...many] }, problems }
  } finally {
    remove()
  }
}

async function largeUploads(path: string, problems: string[]): Promise<object[]> {
  const rows: object[] = []
  for (const execArgv of [[], small]) {
    const { row, peak } = await measured(
      { uploads: 100, built: path, execArgv },
      async (server) => {
        const began = performance.now()
        const whole = await sendMany(server, 1, 2 * 1024 * MiB)
        if (whole !== 1) problems.push('the upload of 2 GiB did not arrive whole')
        const seconds = Math.round((performance.now() - began) / 100) / 10
        return { load: '1 of 2 GiB', whole, seconds }
      },
    )
    if (peak >= limit) problems.push(`the memory reached ${peak} MiB`)
    rows.push(row)
  }
  return rows
}

async function manyUploads(path: string, problems: string[]): Promise<object[]> {
  const rows: object[] = []
  for (const uploads of [100, 10]) {
    const { row } = await measured({ uploads, built: path }, async (server) => {
      const whole = await sendMany(server, 100, 16 * MiB)
      if (whole !== 100) problems.push(`${100 - whole} of 100 uploads did not arrive whole`)
      return { load: `100 of 16 MiB, ${uploads} at a time`, whole }
    })
    rows.push(row)
  }
  const { row } = await measured({ uploads: 100, built: path }, async (server) => {
    const { during, after } = await leaveMany(server, 50, 16 * MiB)
    if (after > 0) problems.push(`${after} files are left of clients that disconnected`)
    return { load: `50 that break off in the middle, with ${during} files then` }
  })
  return [...rows, row]
}
