import type { LoadFnOutput } from 'node:module'
import { stripTypes } from '../strip-types.ts'

/**
 * Makes a module appear under its plain URL in stack traces, without the version.
 *
 * Otherwise editors could not open `tasks.ts?v=3:12:7`. Formats that have no source here keep the version.
 */
export function withPlainName(loaded: LoadFnOutput, url: string): LoadFnOutput {
  const { source, format } = loaded
  if (source === undefined || source === null) return loaded
  if (format === 'module') return { ...loaded, source: `${textOf(source)}\n//# sourceURL=${url}` }
  if (format !== 'module-typescript') return loaded
  // Node would name it after its URL, with the version.
  const stripped = stripTypes(textOf(source), url)
  return stripped === undefined ? loaded : { ...loaded, format: 'module', source: stripped }
}

const textOf = (source: NonNullable<LoadFnOutput['source']>): string =>
  typeof source === 'string' ? source : new TextDecoder().decode(source)
