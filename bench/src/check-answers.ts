import { canonical } from './canonical.ts'
import type { Expectation } from './expectations.ts'
import type { JobRequest } from './jobs.ts'

/** The bodies that the first contender gave, by what was asked: the others must give the same. */
export type Answers = Map<string, string>

/** A contender answers otherwise than the rest. */
export class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError'
}

/** Whom is asked, and what the others said. */
export interface Examined {
  readonly title: string
  readonly origin: string
  readonly answers: Answers
}

/** Asks a contender all that is expected of it; gives what it answered otherwise, a sentence each. */
export async function wrongAnswers(
  { title, origin, answers }: Examined,
  expectations: readonly Expectation[],
): Promise<string[]> {
  const problems: string[] = []
  for (const expectation of expectations) {
    const answer = await ask(origin, expectation.request)
    const problem = problemOf(expectation, answer, answers)
    if (problem !== undefined)
      problems.push(`${title}: ${expectation.what} ${problem}\n${answer.text.slice(0, 500)}`)
  }
  return problems
}

interface Answer {
  readonly status: number
  readonly text: string
}

function problemOf(
  expectation: Expectation,
  { status, text }: Answer,
  answers: Answers,
): string | undefined {
  const { what, request } = expectation
  if (status !== expectation.status) return `was answered ${status} and not ${expectation.status}`
  if (expectation.same !== true) return undefined
  const body = comparable(text, expectation.varies ?? {})
  if (body === undefined) return 'is not JSON of the right form'
  const key = `${what} ${request.path} ${request.authorization}`
  const expected = answers.get(key)
  if (expected === undefined) answers.set(key, body)
  else if (body !== expected)
    return `is not what the first said, which is\n${expected.slice(0, 500)}\nbut`
  return undefined
}

/** The text to compare, in which what is another with each contender is a placeholder; `undefined` if that is none. */
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
): Promise<Answer> {
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
