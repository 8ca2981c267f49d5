import { join } from 'node:path'
import { compileFunction, constants } from 'node:vm'
import { stripTypes } from '../strip-types.ts'
import type { ConsoleScope } from './console-scope.ts'

/**
 * Runs code with the names of a scope. `import()` is relative to the service's folder.
 *
 * @returns the value of a single expression; undefined for statements that return nothing
 */
export async function runCode(code: string, scope: ConsoleScope, root: string): Promise<unknown> {
  const values = { ...scope.operators, ...scope.names }
  const text = (stripTypes(code) ?? code).trim()
  const compile = (body: string): ((...values: unknown[]) => Promise<unknown>) =>
    compileFunction(body, Object.keys(values), {
      filename: join(root, 'console.ts'),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as (...values: unknown[]) => Promise<unknown>
  ignoreLoaderWarning()
  return await asExpression(text, compile)(...Object.values(values))
}

/** Compiles code as one expression, or else as statements. */
function asExpression<T>(text: string, compile: (body: string) => T): T {
  try {
    return compile(`return (async () => (${text.replace(/;$/, '')}\n))()`)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return compile(`return (async () => { ${text}\n})()`)
  }
}

/** Node's own loader is the one that `import()` uses in files, too, and yet Node warns at the first `import()`. */
function ignoreLoaderWarning(): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void
  process.emitWarning = (...args: unknown[]) => {
    if (!String(args[0]).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) emitWarning(...args)
  }
}
