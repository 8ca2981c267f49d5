import { styleText } from 'node:util'

type Line = Readonly<Record<string, unknown>>
type Style = Parameters<typeof styleText>[0]

const styles: Readonly<Record<string, Style>> = {
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
}

/** Facts that are part of the line's text, and not repeated after it. */
const said = new Set(['level', 'time', 'msg', 'err', 'error', 'reason'])
const saidOfRequest = new Set([...said, 'requestId', 'method', 'route', 'status', 'ms'])

/**
 * Formats a finished JSON line for a terminal. The stack of an error follows, indented.
 *
 * `12:03:04 info  GET /api/tasks 200 3.1 ms`
 */
export function humanLine(json: string): string {
  const line = JSON.parse(json) as Line
  const level = String(line['level'])
  const time = new Date(String(line['time'])).toTimeString().slice(0, 8)
  const isRequest = line['msg'] === 'request' && typeof line['status'] === 'number'
  const words = isRequest ? requestWords(line) : plain(line['msg'])
  const facts = Object.entries(line)
    .filter(([key]) => !(isRequest ? saidOfRequest : said).has(key))
    .map(([key, value]) => `${plain(key)}=${plain(value)}`)
  const head = [
    styleText('dim', time),
    styleText(styles[level] ?? 'white', level.padEnd(5)),
    words,
    ...(facts.length > 0 ? [styleText('dim', facts.join(' '))] : []),
  ].join(' ')
  return `${head}\n${errorLines(line['err'] ?? line['error'] ?? line['reason'])}`
}

function requestWords(line: Line): string {
  const status = Number(line['status'])
  const style: Style = status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green'
  const route = line['route'] ?? line['path'] ?? '(no route)'
  const { ms } = line
  const took = typeof ms === 'number' ? ` ${styleText('dim', `${ms} ms`)}` : ''
  return `${plain(line['method'])} ${plain(route)} ${styleText(style, String(status))}${took}`
}

function errorLines(error: unknown): string {
  if (error === undefined) return ''
  if (typeof error !== 'object' || error === null) return `    ${plain(error)}\n`
  const { name, message, stack, cause } = error as Line
  const text = typeof stack === 'string' ? stack : `${String(name)}: ${String(message)}`
  const own = text.split('\n').map((row) => `    ${plain(row.trimEnd())}\n`)
  return own.join('') + (cause === undefined ? '' : `    caused by:\n${errorLines(cause)}`)
}

// oxlint-disable-next-line no-control-regex -- the pattern finds control characters
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

/** Replaces the control characters that a terminal would obey. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.replace(control, (character) => `\\x${character.charCodeAt(0).toString(16)}`)
}
