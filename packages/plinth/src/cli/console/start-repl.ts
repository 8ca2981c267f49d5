import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { start, type REPLServer } from 'node:repl'
import { stripTypes } from '../strip-types.ts'
import type { ConsoleScope } from './console-scope.ts'
import { describeValue } from './describe-value.ts'

/** Reads code from the terminal until it is left. The history is in `.plinth`. */
export async function startRepl(scope: ConsoleScope, root: string): Promise<void> {
  const repl = start({
    prompt: '> ',
    // Otherwise a Date of the console would not be one for the service.
    useGlobal: true,
    writer: (value) => describeValue(value, repl.useColors),
  })
  for (const [name, value] of Object.entries({ ...scope.operators, ...scope.names }))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  awaitResults(repl)
  const report = (error: unknown): void =>
    void repl.output.write(`${describeValue(error, repl.useColors)}\n`)
  process.on('unhandledRejection', report)
  mkdirSync(join(root, '.plinth'), { recursive: true })
  repl.setupHistory(join(root, '.plinth/console_history'), (error) => {
    if (error !== null) report(error)
  })
  await new Promise<void>((resolve) => repl.once('exit', () => resolve()))
}

/** Accepts TypeScript, and awaits a result that is a promise or a query. */
function awaitResults(repl: REPLServer): void {
  const evaluate = repl.eval
  // A property that Node declares as constant, for those who only read it.
  ;(repl as { eval: REPLServer['eval'] }).eval = function (...args) {
    const [code, context, file, done] = args
    evaluate.call(this, withoutTypes(code), context, file, (error, value: unknown) => {
      if (error !== null || !isThenable(value)) return done(error, value)
      value.then(
        (awaited) => done(null, awaited),
        (reason: unknown) =>
          done(reason instanceof Error ? reason : new Error(String(reason)), undefined),
      )
    })
  }
}

/** Code that is not complete stays as it is: more lines follow. */
function withoutTypes(code: string): string {
  try {
    return stripTypes(code) ?? code
  } catch {
    return code
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
