import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A load whose requests arrive by the clock, however long the responses take. */
export interface OpenLoopOptions {
  readonly port: number
  readonly path: string
  /** Requests per second. */
  readonly rate: number
  readonly seconds: number
  /** The most connections that are open at the same time. Default 1000. */
  readonly connections?: number
}

/** The responses to an open loop. Times are in milliseconds from the moment at which a request was due. */
export interface OpenLoopResult {
  readonly sent: number
  /** Responses with 200. */
  readonly ok: number
  /** Responses with 503. */
  readonly refused: number
  /** Other responses, and connections that broke. */
  readonly failed: number
  /** Requests without a response when the time was over. */
  readonly unanswered: number
  /** The connections that were opened. */
  readonly connections: number
  readonly okTimes: readonly number[]
  readonly refusedTimes: readonly number[]
  /** The first response with 503. */
  readonly refusal: string | undefined
}

/** Milliseconds to wait for the last responses. */
const lastResponses = 5000

/** Sends requests at a fixed rate on keep-alive connections, and waits for the responses. */
export async function openLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const load = new OpenLoop(options)
  await load.run()
  return load.result()
}

class OpenLoop {
  readonly #options: Required<OpenLoopOptions>
  readonly #idle: LoadConnection[] = []
  readonly #open = new Set<LoadConnection>()
  /** When the requests were due that have no connection yet. */
  readonly #due: number[] = []
  readonly #okTimes: number[] = []
  readonly #refusedTimes: number[] = []
  #refusal: string | undefined
  #failed = 0
  #sent = 0
  #connections = 0

  constructor(options: OpenLoopOptions) {
    this.#options = { connections: 1000, ...options }
  }

  async run(): Promise<void> {
    const { rate, seconds } = this.#options
    const started = performance.now()
    for (let past = 0; past < seconds; past = (performance.now() - started) / 1000) {
      const due = Math.min(rate * seconds, past * rate)
      while (this.#sent < due) this.#send(started + (this.#sent++ / rate) * 1000)
      await delay(1)
    }
    const until = performance.now() + lastResponses
    while (this.#pending > 0 && performance.now() < until) await delay(5)
  }

  result(): OpenLoopResult {
    const unanswered = this.#pending
    for (const connection of this.#open) connection.close()
    return {
      sent: this.#sent,
      ok: this.#okTimes.length,
      refused: this.#refusedTimes.length,
      failed: this.#failed,
      unanswered,
      connections: this.#connections,
      okTimes: this.#okTimes,
      refusedTimes: this.#refusedTimes,
      refusal: this.#refusal,
    }
  }

  get #pending(): number {
    return this.#sent - this.#okTimes.length - this.#refusedTimes.length - this.#failed
  }

  #send(due: number): void {
    const connection = this.#idle.pop() ?? this.#connect()
    if (connection === undefined) this.#due.push(due)
    else this.#use(connection, due)
  }

  #connect(): LoadConnection | undefined {
    const { port, connections } = this.#options
    if (this.#open.size >= connections) return undefined
    this.#connections++
    const connection = new LoadConnection(port)
    this.#open.add(connection)
    return connection
  }

  #use(connection: LoadConnection, due: number): void {
    const { path } = this.#options
    connection.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, (status, text) => {
      const time = performance.now() - due
      if (status === 200) this.#okTimes.push(time)
      else if (status === 503) {
        this.#refusal ??= text
        this.#refusedTimes.push(time)
      } else this.#failed++
      if (connection.isClosed) this.#open.delete(connection)
      const next = this.#due.shift()
      if (next !== undefined) {
        const usable = connection.isClosed ? this.#connect() : connection
        if (usable === undefined) this.#due.unshift(next)
        else this.#use(usable, next)
      } else if (!connection.isClosed) this.#idle.push(connection)
    })
  }
}

type OnResponse = (status: number, text: string) => void

/** A keep-alive connection with one request at a time. A connection that breaks responds with status 0. */
class LoadConnection {
  isClosed = false
  readonly #socket: Socket
  #text = ''
  #onResponse: OnResponse | undefined

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#read(text))
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      this.isClosed = true
      this.#respond(0, '')
    })
  }

  send(request: string, onResponse: OnResponse): void {
    this.#onResponse = onResponse
    this.#socket.write(request)
  }

  close(): void {
    this.#onResponse = undefined
    this.#socket.destroy()
  }

  #read(text: string): void {
    this.#text += text
    const head = this.#text.indexOf('\r\n\r\n') + 4
    if (head < 4) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1] ?? 0)
    if (this.#text.length < head + length) return
    const response = this.#text
    this.#text = ''
    if (/\r\nconnection: close\r\n/i.test(response.slice(0, head))) {
      this.isClosed = true
      this.#socket.end()
    }
    this.#respond(Number(response.slice(9, 12)), response)
  }

  #respond(status: number, text: string): void {
    const respond = this.#onResponse
    this.#onResponse = undefined
    respond?.(status, text)
  }
}

/** The smallest time that a part of the times does not exceed, such as 0.99 for p99. */
export function percentile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
