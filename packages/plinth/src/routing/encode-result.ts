import type * as z from 'zod'
import type { Text } from '../http/raw-text.ts'
import { HttpError } from '../errors/http-error.ts'
import type { Compiled } from '../schemas/compiled.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { ServerSentEvent, type StreamFormat } from '../http/stream.ts'

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

/** A result that its response schema does not allow. The log gets it; the caller gets a 500 without details. */
export class ResponseMisfit extends Error {
  override readonly name = 'ResponseMisfit'
  constructor(operationId: string, issues: readonly z.core.$ZodIssue[]) {
    super(
      `${operationId} returned a value that its response schema does not allow: ${issues
        .slice(0, 5)
        .map((issue) => `${issue.path.join('.') || 'the value'}: ${issue.message}`)
        .join('; ')}`,
    )
  }
}

function misfit(operationId: string, issues: readonly z.core.$ZodIssue[]): HttpError {
  return new HttpError(
    500,
    'Something went wrong. The server log has details under this requestId',
    {
      code: 'PLINTH_RESPONSE_INVALID',
      cause: new ResponseMisfit(operationId, issues),
    },
  )
}

/**
 * Validates a result against the response schema, drops every field that the schema does not name, and encodes it.
 *
 * @throws {HttpError} `PLINTH_RESPONSE_INVALID`, 500: the schema does not allow it
 */
export function encode(route: CompiledRoute, result: unknown): EncodedResult {
  if (isResponse(result)) return { kind: 'response', response: result }
  const { output, operationId } = route
  switch (output.kind) {
    case 'none':
      return { kind: 'text', text: null }
    case 'any':
      return { kind: 'text', text: JSON.stringify(result) ?? 'null' }
    case 'value':
      return { kind: 'text', text: textOf(output.schema, result, operationId) }
    case 'sse':
    case 'jsonl':
      return { kind: 'stream', format: output.kind, chunks: chunks(route, output, result) }
  }
}

/** Checks for a `Response` by its tag, since a copy of `fetch` from a package has a class of its own. */
export const isResponse = (value: unknown): value is Response =>
  (value as { [Symbol.toStringTag]?: unknown } | null | undefined)?.[Symbol.toStringTag] ===
  'Response'

function textOf(schema: Compiled, value: unknown, operationId: string): string {
  const encoded = schema.encode(value)
  if (!encoded.ok) throw misfit(operationId, encoded.issues)
  return JSON.stringify(encoded.value) ?? 'null'
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
  output: { kind: StreamFormat; schema: Compiled },
  result: unknown,
): AsyncGenerator<string> {
  for await (const item of result as AsyncIterable<unknown>) {
    const wrapped = item instanceof ServerSentEvent
    const text = textOf(output.schema, wrapped ? item.data : item, route.operationId)
    yield output.kind === 'jsonl' ? `${text}\n` : eventText(text, wrapped ? item.fields : {})
  }
}
