import { inspect } from 'node:util'
import { redact } from '../../settings/redact.ts'

/** Describes a value for a person. Of an error, only what the service's own code has to do with it. */
export function describeValue(value: unknown, colors: boolean): string {
  if (value instanceof Error) return redact(describeError(value))
  return inspect(value, { colors, depth: 3, maxArrayLength: 100 })
}

function describeError(error: Error): string {
  const { code } = error as { code?: unknown }
  const own = (error.stack ?? '')
    .split('\n')
    .filter(
      (line) =>
        /^ +at /.test(line) && !/node_modules|node:|wasm:|REPL\d|packages\/plinth\//.test(line),
    )
  const cause = error.cause instanceof Error ? [`caused by ${describeError(error.cause)}`] : []
  const name = typeof code === 'string' ? `${error.name} (${code})` : error.name
  return [`${name}: ${error.message}`, ...own.slice(0, 5), ...cause].join('\n')
}
