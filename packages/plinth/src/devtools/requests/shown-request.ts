import { redact } from '../../settings/redact.ts'
import type { DevCall } from '../frame/endpoint.types.ts'
import { recordingOf } from './recording-of.ts'

/** A request in the form in which commands and tests show it. */
export interface ShownRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** `undefined` if it has none, or if it is not text, or no longer kept. */
  readonly body: string | undefined
  readonly status: number
  readonly route: string | null
}

/** Headers that a client or a browser adds by itself. */
const left =
  /^(?:host|connection|content-length|transfer-encoding|accept-encoding|user-agent|keep-alive|upgrade.*|sec-.*|dnt|pragma|cache-control|priority|x-request-id|if-none-match)$/i

/** Header values of credentials, and their placeholders. */
const placeholders: readonly (readonly [
  pattern: RegExp,
  placeholder: (value: string) => string,
])[] = [
  [/^(?:proxy-)?authorization$/i, (value) => `${/^\w+/.exec(value)?.[0] ?? 'Bearer'} <token>`],
  [/^cookie$/i, (value) => value.replaceAll(/=[^;]*/g, '=<value>')],
  [/token|secret|password|api-?key|credential|signature/i, () => '<secret>'],
]

/**
 * Returns a recorded request with secrets replaced by placeholders, unless they were asked for.
 *
 * @throws {HttpError} 404: newer ones took its place
 */
export function shownRequest(call: Pick<DevCall, 'recorder' | 'params'>, withSecrets: boolean) {
  const recording = recordingOf(call)
  const { method, status, route } = recording
  const sent = call.recorder.sent.get(recording.id)
  const body = sent?.body()
  const text = body === undefined || body.length === 0 ? undefined : textOf(body)
  const shown: ShownRequest = {
    method,
    target: withSecrets && sent !== undefined ? sent.target : recording.target,
    headers: pairs(sent?.headers ?? [])
      .filter(([name, value]) => !left.test(name) && !(name === 'accept' && value === '*/*'))
      .map(([name, value]) => [name, withSecrets ? value : withoutSecret(name, value)]),
    body: text === undefined || withSecrets ? text : redact(text),
    status,
    route,
  }
  return shown
}

function withoutSecret(name: string, value: string): string {
  const found = placeholders.find(([pattern]) => pattern.test(name))
  return found === undefined ? redact(value) : found[1](value)
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (let at = 0; at < raw.length; at += 2)
    found.push([(raw[at] ?? '').toLowerCase(), raw[at + 1] ?? ''])
  return found
}

function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}
