import type * as z from 'zod'
import type { Text } from '../http/raw-text.ts'
import { HttpError } from '../errors/http-error.ts'
import type { Compiled } from '../schemas/compiled.ts'
import type { CompiledRoute, ResultEncoding } from './compiled-route.ts'
import { ServerSentEvent, type StreamFormat } from '../http/stream.ts'
import { NotJson, writeJson } from '../http/write-json.ts'

/** The result of a handler, encoded for the response. */
export type EncodedResult =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'text'; readonly text: Text | null }
  | {
      readonly kind: 'stream'
      readonly format: StreamFormat
      /** The text of each item. */
      readonly chunks: AsyncGenerator<string>
    }

/** A result whose JSON Postgres has written. */
export class EncodedJson {
  readonly kind = 'text'
  readonly text: Text
  constructor(text: Text) {
    this.text = text
  }
}

/** A result that cannot be sent. The log gets it; the caller gets a 500 without details. */
export class ResponseMisfit extends Error {
  override readonly name = 'ResponseMisfit'
}

function misfit({ operationId }: CompiledRoute, problem: string): HttpError {
  return new HttpError(
    500,
    'Something went wrong. The server log has details under this requestId',
    {
      code: 'PLINTH_RESPONSE_INVALID',
      cause: new ResponseMisfit(`${operationId} returned a value that ${problem}`),
    },
  )
}

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
export function encode(route: CompiledRoute, result: unknown): EncodedResult {
  if (isResponse(result)) return { kind: 'response', response: result }
  const { output } = route
  switch (output.kind) {
    case 'none':
      return { kind: 'text', text: null }
    case 'any':
      return { kind: 'text', text: anyText(route, result) }
    case 'value': {
      const value = result === undefined && output.isNullable ? null : result
      return { kind: 'text', text: textOf(route, output, value) }
    }
    case 'sse':
    case 'jsonl':
      return { kind: 'stream', format: output.kind, chunks: chunks(route, output, result) }
  }
}

/** Checks for a `Response` by its tag, since a copy of `fetch` from a package has a class of its own. */
export const isResponse = (value: unknown): value is Response =>
  (value as { [Symbol.toStringTag]?: unknown } | null | undefined)?.[Symbol.toStringTag] ===
  'Response'

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
