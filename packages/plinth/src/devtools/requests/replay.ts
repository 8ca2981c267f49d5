import { randomUUID } from 'node:crypto'
import { request as send } from 'node:http'
import { HttpError } from '../../errors/http-error.ts'
import type { DevCall } from '../frame/endpoint.types.ts'
import type { SentRequest } from '../recorder/sent-requests.ts'
import { recordingOf } from './recording-of.ts'
import type { Replayed } from './replayed.types.ts'

/** Headers that belong to a connection, or that Node writes itself. */
const ownHeaders: ReadonlySet<string> = new Set(
  'connection content-length expect keep-alive transfer-encoding upgrade x-request-id'.split(' '),
)

/** Milliseconds until a request that is sent again must have its response. */
const timeout = 30_000
/** Milliseconds after which an endless response is left. */
const readFor = 1000

/**
 * Sends a recorded request again, over the network, with the headers and the body that it had.
 *
 * @throws {HttpError} 409: its headers or its body are no longer in memory
 */
export async function replay(call: DevCall): Promise<Replayed> {
  const recording = recordingOf(call)
  const sent = call.recorder.sent.get(recording.id)
  const body = sent?.body()
  if (sent === undefined || body === undefined)
    throw new HttpError(
      409,
      'Only the last 50 requests, with bodies of up to 64 kB, can be sent again',
    )
  const requestId = `replay-${randomUUID()}`
  const status = await sendAgain(sent, { body, requestId, origin: call.origin })
  for (const each of [...call.recorder.all()].toReversed())
    if (each.requestId === requestId) return { id: each.id, status }
  throw new HttpError(502, `The request was sent again, and got a ${status}, but was not recorded`)
}

interface Again {
  readonly body: Buffer
  readonly requestId: string
  readonly origin: string
}

function sendAgain(sent: SentRequest, { body, requestId, origin }: Again): Promise<number> {
  const headers = [...keptHeaders(sent.headers), 'x-request-id', requestId]
  if (body.length > 0) headers.push('content-length', String(body.length))
  return new Promise((resolve, reject) => {
    const request = send(origin + sent.target, {
      method: sent.method,
      headers,
      // A connection of its own: the recorded one may be in use.
      agent: false,
      timeout,
    })
    request.on('response', (response) => {
      response.resume()
      const timer = setTimeout(() => response.destroy(), readFor)
      response.on('close', () => clearTimeout(timer)).on('error', () => undefined)
      resolve(response.statusCode ?? 0)
    })
    request.on('timeout', () => request.destroy(new Error('It did not respond within 30 s')))
    request.on('error', ({ message }) => reject(new HttpError(502, message)))
    request.end(body)
  })
}

function keptHeaders(headers: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2)
    if (!ownHeaders.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}
