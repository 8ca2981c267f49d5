import module, { type LoadFnOutput } from 'node:module'

/**
 * Makes a module appear under its plain URL in stack traces, without the version.
 *
 * Otherwise editors could not open `tasks.ts?v=3:12:7`. Formats that have no source here keep the version.
 */
export function withPlainName(loaded: LoadFnOutput, url: string): LoadFnOutput {
  const { source, format } = loaded
  if (source === undefined || source === null) return loaded
  if (format === 'module') return { ...loaded, source: `${textOf(source)}\n//# sourceURL=${url}` }
  if (format !== 'module-typescript' || typeof module.stripTypeScriptTypes !== 'function')
    return loaded
  // Node would name it after its URL, with the version.
  const options = { mode: 'strip', sourceUrl: url } as const
  const stripped = withoutWarning(() => module.stripTypeScriptTypes(textOf(source), options))
  return { ...loaded, format: 'module', source: stripped }
}

const textOf = (source: NonNullable<LoadFnOutput['source']>): string =>
  typeof source === 'string' ? source : new TextDecoder().decode(source)

const emitWarning = process.emitWarning.bind(process)

/** Node strips types by default, and yet warns that the function is experimental. */
function withoutWarning<T>(run: () => T): T {
  process.emitWarning = () => {}
  try {
    return run()
  } finally {
    process.emitWarning = emitWarning
  }
}
