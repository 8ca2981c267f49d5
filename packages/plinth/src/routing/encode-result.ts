import type { Text } from '../http/raw-text.ts'
import type { EncodedResult } from './responses/encoded-result.types.ts'
import { bytesResponse, encodeRedirect, encodeText } from './responses/encode-content.ts'
import { checkHeaders, checkedResponse, chosenResponse } from './responses/check-response.ts'
import { isResponse } from './responses/invalid-response.ts'
import type { RequestRun } from './request-run.ts'
import { anyText, textOf } from './response-text.ts'
import { streamChunks } from './stream-chunks.ts'

/** A result whose JSON Postgres has written. */
export class EncodedJson {
  readonly kind = 'text'
  readonly text: Text
  constructor(text: Text) {
    this.text = text
  }
}

/**
 * Validates a result against the response schema, drops every field that the schema does not name, and encodes it.
 *
 * @throws {HttpError} `PLINTH_RESPONSE_INVALID`, 500: the schema does not allow it, or JSON cannot carry it
 */
export function encode(run: RequestRun, result: unknown): EncodedResult | Promise<EncodedResult> {
  const { route, exchange } = run
  if (isResponse(result)) return { kind: 'response', response: checkedResponse(run, result) }
  const declared = chosenResponse(run)
  if (declared.headers.length > 0) checkHeaders(route, declared, exchange)
  const { encoding } = declared
  switch (encoding.kind) {
    case 'none':
      return { kind: 'text', text: null }
    case 'any':
      return { kind: 'text', text: anyText(route, result) }
    case 'value': {
      const value = result === undefined && encoding.isNullable ? null : result
      return { kind: 'text', text: textOf(route, encoding, value) }
    }
    case 'text':
      return encodeText(run, encoding.type, result)
    case 'redirect':
      return encodeRedirect(run, result)
    case 'bytes': {
      const response = bytesResponse(run, declared, result)
      return response instanceof Promise
        ? response.then((sent) => ({ kind: 'response', response: sent }))
        : { kind: 'response', response }
    }
    case 'sse':
    case 'jsonl':
      return { kind: 'stream', format: encoding.kind, chunks: streamChunks(run, encoding, result) }
  }
}
