import module from 'node:module'

const emitWarning = process.emitWarning.bind(process)

/**
 * Removes the types from TypeScript, as Node does when it loads a file. Lines and columns stay.
 *
 * @param url - the name of the code in stack traces
 * @returns undefined on a platform without this function
 * @throws {SyntaxError} the code is not TypeScript, or needs more than removing
 */
export function stripTypes(code: string, url?: string): string | undefined {
  if (typeof module.stripTypeScriptTypes !== 'function') return undefined
  const options = { mode: 'strip', ...(url !== undefined && { sourceUrl: url }) } as const
  // Node strips types by default, and yet warns that the function is experimental.
  process.emitWarning = () => {}
  try {
    return module.stripTypeScriptTypes(code, options)
  } finally {
    process.emitWarning = emitWarning
  }
}
