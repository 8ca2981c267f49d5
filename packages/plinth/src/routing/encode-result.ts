import type * as z from 'zod'
import type { Text } from '../http/raw-text.ts'
import type { HttpError } from '../errors/http-error.ts'
import type { Compiled } from '../schemas/compiled.ts'
import type { CompiledRoute } from './compiled-route.ts'
import type { EncodedResult } from './responses/encoded-result.types.ts'
import type { ResultEncoding } from './responses/result-encoding.types.ts'
import { bytesResponse, encodeRedirect, encodeText } from './responses/encode-content.ts'
import { checkHeaders, checkedResponse, chosenResponse } from './responses/check-response.ts'
import { invalidResponse, isResponse } from './responses/invalid-response.ts'
import type { RequestRun } from './request-run.ts'
import { ServerSentEvent, type StreamFormat } from '../http/stream.ts'
import { NotJson, writeJson } from '../http/write-json.ts'

/** A result whose JSON Postgres has written. */
export class EncodedJson {
  readonly kind = 'text'
  readonly text: Text
  constructor(text: Text) {
    this.text = text
  }
}

const misfit = (route: CompiledRoute, problem: string): HttpError =>
  invalidResponse(route, `returned a value that ${problem}`)

const inWords = (issues: readonly z.core.$ZodIssue[]): string =>
  issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'the value'}: ${issue.message}`)
    .join('; ')

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
      return { kind: 'stream', format: encoding.kind, chunks: chunks(route, encoding, result) }
  }
}

function textOf(
  route: CompiledRoute,
  { schema, isOpen }: { readonly schema: Compiled; readonly isOpen: boolean },
  value: unknown,
): string {
  const encoded = schema.encode(value)
  if (!encoded.ok)
    throw misfit(route, `its response schema does not allow: ${inWords(encoded.issues)}`)
  return isOpen ? anyText(route, encoded.value) : (JSON.stringify(encoded.value) ?? 'null')
}

/** Writes a value that no schema has checked. */
function anyText(route: CompiledRoute, value: unknown): string {
  try {
    return writeJson(value)
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    throw misfit(route, `JSON cannot carry: ${error.message}`)
  }
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, ' ')

function eventText(text: string, fields: ServerSentEvent<unknown>['fields']): string {
  return [
    fields.event === undefined ? '' : `event: ${oneLine(fields.event)}\n`,
    fields.id === undefined ? '' : `id: ${oneLine(fields.id)}\n`,
    fields.retry === undefined ? '' : `retry: ${Math.trunc(fields.retry)}\n`,
    `data: ${text}\n\n`,
  ].join('')
}

async function* chunks(
  route: CompiledRoute,
  output: Extract<ResultEncoding, { readonly kind: StreamFormat }>,
  result: unknown,
): AsyncGenerator<string> {
  for await (const item of result as AsyncIterable<unknown>) {
    const wrapped = item instanceof ServerSentEvent
    const text = textOf(route, output, wrapped ? item.data : item)
    yield output.kind === 'jsonl' ? `${text}\n` : eventText(text, wrapped ? item.fields : {})
  }
}
