import type * as z from 'zod'
import type { HttpError } from '../errors/http-error.ts'
import { NotJson, writeJson } from '../http/write-json.ts'
import type { Compiled } from '../schemas/compiled.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { invalidResponse } from './responses/invalid-response.ts'

/** The error of a value that a response does not allow. */
export const misfit = (route: CompiledRoute, problem: string): HttpError =>
  invalidResponse(route, `returned a value that ${problem}`)

const inWords = (issues: readonly z.core.$ZodIssue[]): string =>
  issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'the value'}: ${issue.message}`)
    .join('; ')

/**
 * Writes a value of a response, or of a stream, as its schema says.
 *
 * @throws {HttpError} `PLINTH_RESPONSE_INVALID`, 500: the schema does not allow it, or JSON cannot carry it
 */
export function textOf(
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
export function anyText(route: CompiledRoute, value: unknown): string {
  try {
    return writeJson(value)
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    throw misfit(route, `JSON cannot carry: ${error.message}`)
  }
}
