import { PlinthError } from '../../errors/plinth-error.ts'
import type { Text } from '../../http/raw-text.ts'
import type { KeptResponse } from '../../limits/idempotency.ts'
import { chosenResponse } from '../responses/check-response.ts'
import type { EncodedResult } from '../responses/encoded-result.types.ts'
import type { RequestRun } from '../request-run.ts'

/** The headers that are kept with a response, besides those that the route declares. Cookies never are. */
const keptHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'content-language',
  'content-location',
  'etag',
  'last-modified',
  'link',
  'location',
])

/** The most characters of a body that is kept. */
const longest = 1_048_576

/** A response that is kept, and that is sent. */
export interface WrittenResponse {
  readonly kept: KeptResponse
  readonly sent: EncodedResult
}

/** A result that was kept for an earlier request with the same key. */
export class Replayed {
  readonly kept: KeptResponse
  constructor(kept: KeptResponse) {
    this.kept = kept
  }
}

/** Sends the response that was kept. */
export function replay({ kept }: Replayed, { route, exchange }: RequestRun): EncodedResult {
  const { status, headers, body } = kept
  const { reply } = exchange
  if (!route.responses.has(status)) {
    // The handler's own `Response`, with a status that the route does not declare.
    const all = [...headers, ['idempotent-replayed', 'true'] as const]
    const response = new Response(body, { status, headers: all.map((pair) => [...pair]) })
    return { kind: 'response', response }
  }
  reply.status = status
  let type: string | undefined
  for (const [name, value] of headers)
    if (name === 'content-type') type = value
    else reply.header(name, value)
  reply.header('idempotent-replayed', 'true')
  return { kind: 'text', text: body, ...(type !== undefined && { type }) }
}

/**
 * Writes an encoded result so that it can be sent again.
 *
 * @throws {PlinthError} `PLINTH_RESPONSE_INVALID`: it is not text, or has more than a million characters
 */
export async function keptResponse(
  run: RequestRun,
  result: EncodedResult,
): Promise<WrittenResponse> {
  if (result.kind === 'stream') throw notKept(run, 'a stream')
  const { status, headers, text, type } =
    result.kind === 'text' ? ofText(run, result) : await ofResponse(run, result.response)
  const body = text === null ? null : text.toString()
  if (body !== null && body.length > longest) throw notKept(run, `${body.length} characters`)
  const declared = new Set(run.route.responses.get(status)?.headers.map(({ name }) => name))
  const kept = headers.filter(
    ([name]) => (keptHeaders.has(name) || declared.has(name)) && name !== 'set-cookie',
  )
  return {
    kept: {
      status,
      body,
      headers: [...kept, ...(type === undefined ? [] : [['content-type', type] as const])],
    },
    sent:
      result.kind === 'text'
        ? result
        : {
            kind: 'response',
            response: new Response(body, { status, headers: result.response.headers }),
          },
  }
}

interface Parts {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly text: Text | null
  readonly type: string | undefined
}

function ofText(run: RequestRun, { text, type }: Extract<EncodedResult, { kind: 'text' }>): Parts {
  const { replied } = run.exchange
  const { status } = chosenResponse(run)
  return { status, headers: replied?.headers ?? [], text, type }
}

/** A handler's own `Response`. */
async function ofResponse(run: RequestRun, own: Response): Promise<Parts> {
  const type = own.headers.get('content-type') ?? undefined
  if (own.body !== null && !/^text\/|json\b|[/+]xml\b/.test(type ?? ''))
    throw notKept(run, `the type ${type ?? 'none'}`)
  const text = own.body === null ? null : await own.text()
  const headers = [...(run.exchange.replied?.headers ?? []), ...own.headers]
  return {
    status: own.status,
    headers: headers.filter(([name]) => name !== 'content-type'),
    text,
    type,
  }
}

const notKept = ({ route }: RequestRun, what: string): PlinthError =>
  new PlinthError(
    'PLINTH_RESPONSE_INVALID',
    `${route.operationId} is idempotent, and responded with ${what}, which cannot be kept: respond with JSON or text of less than a million characters`,
  )
