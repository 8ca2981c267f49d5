import { callName, type ClientCall } from './build-request.ts'
import { ClientError, problem } from './client-error.ts'
import type { AnyProblem } from './client.types.ts'
import { streams } from './read-stream.ts'

/** There was no answer, or it broke off. */
export function unreachable(call: ClientCall, cause: unknown): ClientError {
  // a browser tells a page no more than this, so that it learns nothing of servers that are not meant for it
  const detail =
    'The server cannot be reached, the connection broke, or its CORS options do not let this page call it'
  return new ClientError(callName(call), problem('CLIENT_UNREACHABLE', detail), cause)
}

/** All that a browser tells of a redirect that it did not follow. */
const redirected = problem('HTTP_3XX', 'The answer is a redirect, which is not followed', {
  status: 300,
})

/**
 * What an answer holds: JSON, text, a stream's values, or a `Blob`; nothing for a 204.
 *
 * @throws {ClientError} it is a problem, or it is not what it says
 */
export async function readResponse(call: ClientCall, response: Response): Promise<unknown> {
  if (response.type === 'opaqueredirect') throw new ClientError(callName(call), redirected)
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  if (!response.ok) throw await refusal(call, response, type)
  const stream = streams[type]
  if (stream !== undefined && response.body !== null)
    return valuesOf(call, stream(response.body), response)
  if (/[/+]json$/.test(type)) return parse(call, await response.text(), response)
  if (response.status === 204 || response.body === null) return undefined
  return type.startsWith('text/') ? response.text() : response.blob()
}

function parse(call: ClientCall, text: string, { status, headers }: Response): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const detail = 'The answer says that it is JSON, and is not'
    const more = { status, requestId: headers.get('x-request-id') }
    throw new ClientError(callName(call), problem('CLIENT_MALFORMED_ANSWER', detail, more), cause)
  }
}

async function* valuesOf(
  call: ClientCall,
  texts: AsyncGenerator<string>,
  response: Response,
): AsyncGenerator<unknown> {
  try {
    for await (const text of texts) {
      yield parse(call, text, response)
      // an app that is called without a socket does not see the signal in its own stream
      call.signal?.throwIfAborted()
    }
  } catch (error) {
    if (error instanceof ClientError) throw error
    call.signal?.throwIfAborted()
    throw unreachable(call, error)
  }
}

/** The server's problem; what a proxy or a page said instead is told by its status alone. */
async function refusal(call: ClientCall, response: Response, type: string): Promise<ClientError> {
  const { status, statusText, headers } = response
  const more = { status, requestId: headers.get('x-request-id') }
  const bare = problem(`HTTP_${status}`, statusText || `Error ${status}`, more)
  if (type === 'application/problem+json') {
    const sent: unknown = parse(call, await response.text(), response)
    return new ClientError(callName(call), { ...bare, ...(sent as AnyProblem), status })
  }
  await response.body?.cancel()
  return new ClientError(callName(call), bare)
}
