import { callName, type ClientCall } from './build-request.ts'
import { ClientError, problem } from './client-error.ts'
import type { AnyProblem } from './client.types.ts'
import { streams } from './read-stream.ts'

/** The error for a connection that failed or broke. */
export function unreachable(call: ClientCall, cause: unknown): ClientError {
  // A browser gives a page no more detail, so that it cannot probe servers it may not call.
  const detail =
    'The server is unreachable, the connection broke, or its CORS options do not allow this page'
  return new ClientError(callName(call), problem('CLIENT_UNREACHABLE', detail), { cause })
}

const isJson = (type: string): boolean => /[/+]json$/.test(type)

/** The problem for a redirect in a browser, which hides the status and the location. */
const redirected = problem(
  'HTTP_3XX',
  'The response is a redirect, and redirects are not followed',
  {
    status: 300,
  },
)

/**
 * Reads a response: JSON, text, the values of a stream, or a `Blob`; `undefined` for a 204.
 *
 * @throws {ClientError} the response is a problem, or its body does not match its content type
 */
export async function readResponse(call: ClientCall, response: Response): Promise<unknown> {
  if (response.type === 'opaqueredirect') throw new ClientError(callName(call), redirected)
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  if (!response.ok) throw await problemOf(call, response, type)
  const stream = streams[type]
  if (stream !== undefined && response.body !== null)
    return valuesOf(call, stream(response.body, call.cursor), {
      response,
      raw: type === 'text/event-stream',
    })
  if (isJson(type)) return parse(call, await response.text(), response)
  if (response.status === 204 || (response.body === null && type === '')) return undefined
  return type.startsWith('text/') ? response.text() : response.blob()
}

function parse(call: ClientCall, text: string, { status, headers }: Response): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const detail = 'The content type of the response is JSON, but its body is not'
    const more = { status, requestId: headers.get('x-request-id') }
    throw new ClientError(callName(call), problem('CLIENT_MALFORMED_ANSWER', detail, more), {
      cause,
      body: text,
    })
  }
}

/** The data of an event: JSON, or a text that the stream declares to be none, such as `[DONE]`. */
function dataOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** @param from - the response, and whether its values may be texts that are not JSON */
async function* valuesOf(
  call: ClientCall,
  texts: AsyncGenerator<string>,
  from: { readonly response: Response; readonly raw: boolean },
): AsyncGenerator<unknown> {
  try {
    for await (const text of texts) {
      yield from.raw ? dataOf(text) : parse(call, text, from.response)
      // An app that is called in process does not see the signal in its stream.
      call.signal?.throwIfAborted()
    }
  } catch (error) {
    if (error instanceof ClientError) throw error
    call.signal?.throwIfAborted()
    throw unreachable(call, error)
  }
}

/** The error of a response: the server's problem document, or one made of the status, with the body as it was sent. */
async function problemOf(call: ClientCall, response: Response, type: string): Promise<ClientError> {
  const { status, statusText, headers } = response
  const more = { status, requestId: headers.get('x-request-id') }
  const bare = problem(`HTTP_${status}`, statusText || `Error ${status}`, more)
  if (type === 'application/problem+json') {
    const body: unknown = parse(call, await response.text(), response)
    return new ClientError(callName(call), { ...bare, ...(body as AnyProblem), status }, { body })
  }
  return new ClientError(callName(call), bare, { body: await errorBody(response, type) })
}

/** The body of an error that is not a problem document, if it is JSON or text. */
async function errorBody(response: Response, type: string): Promise<unknown> {
  if (!isJson(type) && !type.startsWith('text/')) {
    await response.body?.cancel()
    return undefined
  }
  const text = await response.text()
  try {
    return isJson(type) ? JSON.parse(text) : text
  } catch {
    return text
  }
}
