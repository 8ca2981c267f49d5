import { canonical } from './canonical.ts'
import type { Expectation } from './expectations.ts'
import type { JobRequest } from './jobs.ts'

/** The bodies of the first contender by expectation: the other contenders must send the same. */
export type ResponseBodies = Map<string, string>

/** A contender sent a different response than the others. */
export class WrongResponseError extends Error {
  override readonly name = 'WrongResponseError'
}

/** The contender to check, and the bodies of the others. */
export interface Examined {
  readonly title: string
  readonly origin: string
  readonly bodies: ResponseBodies
}

/** Sends all expected requests to a contender, and returns the differences, one sentence each. */
export async function findDifferences(
  { title, origin, bodies }: Examined,
  expectations: readonly Expectation[],
): Promise<string[]> {
  const problems: string[] = []
  for (const expectation of expectations) {
    const response = await ask(origin, expectation.request)
    const problem = problemOf(expectation, response, bodies)
    if (problem !== undefined)
      problems.push(`${title}: ${expectation.what} ${problem}\n${response.text.slice(0, 500)}`)
  }
  return problems
}

interface ReceivedResponse {
  readonly status: number
  readonly text: string
}

function problemOf(
  expectation: Expectation,
  { status, text }: ReceivedResponse,
  bodies: ResponseBodies,
): string | undefined {
  const { what, request } = expectation
  if (status !== expectation.status) return `the status was ${status}, not ${expectation.status}`
  if (expectation.same !== true) return undefined
  const body = comparable(text, expectation.varies ?? {})
  if (body === undefined) return 'is not JSON of the expected form'
  const key = `${what} ${request.path} ${request.authorization}`
  const expected = bodies.get(key)
  if (expected === undefined) bodies.set(key, body)
  else if (body !== expected)
    return `differs from the first contender's body:\n${expected.slice(0, 500)}\nbut`
  return undefined
}

/**
 * Normalizes a body to compare it.
 *
 * Fields that always differ become placeholders. Returns `undefined` if one has the wrong type.
 */
function comparable(text: string, varies: Readonly<Record<string, RegExp>>): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(canonical(text))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return JSON.stringify(value)
  const fields: Record<string, unknown> = { ...value }
  for (const [name, pattern] of Object.entries(varies)) {
    const found = fields[name]
    if (typeof found !== 'string' || !pattern.test(found)) return undefined
    fields[name] = String(pattern)
  }
  return JSON.stringify(fields)
}

async function ask(
  origin: string,
  { method, path, authorization, body }: JobRequest,
): Promise<ReceivedResponse> {
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(authorization !== '' && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body ?? null,
  })
  return { status: response.status, text: await response.text() }
}
