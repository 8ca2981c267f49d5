import { TextResponse } from '../../http/text-response.ts'
import type { OutgoingResponse } from '../../http/outgoing-response.ts'
import { redact } from '../../settings/redact.ts'
import type { RecordedError } from './recorded.types.ts'
import type { Recording } from './recording.ts'

/** Takes from a response what a recording shows of it: the status, and the problem that it tells. */
export function recordResponse(recording: Recording, response: OutgoingResponse): void {
  recording.status = response.status
  recording.requestId ||= requestIdIn(response)
  if (response.status < 400) return
  const body = response instanceof TextResponse ? response.body : null
  const problem = typeof body === 'string' ? problemOf(body) : {}
  recording.setError({
    ...describe(problem, response.status),
    ...(recording.thrown !== undefined && { thrown: recording.thrown }),
  })
}

function requestIdIn(response: OutgoingResponse): string {
  if (response instanceof Response) return response.headers.get('x-request-id') ?? ''
  const headers = response.headerList()
  return headers[headers.indexOf('x-request-id') + 1] ?? ''
}

/** Describes an error that reached the server, because the app did not respond. */
export function recordFailure(recording: Recording, error: unknown): void {
  recording.status = 500
  recording.setError({ code: 'PLINTH_INTERNAL', title: redact(String(error)) })
}

type Problem = Readonly<Record<string, unknown>>

function describe({ code, title, detail }: Problem, status: number): RecordedError {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' ? redact(value).slice(0, 500) : undefined
  const about = text(detail)
  return {
    code: text(code) ?? String(status),
    title: text(title) ?? `Status ${status}`,
    ...(about !== undefined && { detail: about }),
  }
}

function problemOf(body: string): Problem {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Problem) : {}
  } catch {
    return {}
  }
}
