import { existsSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PlinthError } from '../errors/plinth-error.ts'

/** A module of the service that failed to load. */
export interface FailedModule {
  /** The service's folder. */
  readonly root: string
  readonly file: string
}

// `file:///a/b.ts:3` or `/a/b.ts:3`, alone on the first line of a SyntaxError's stack, or `at … (file:///a/b.ts:3:7)`.
// In `plinth dev`, a file that changed is `b.ts?v=2`.
const stackLocation = /((?:file:\/\/)?\/(?:[A-Za-z]:\/)?[^\s():?]+)(?:\?v=\d+)?:(\d+)/g

/** The first location in the service's own code that a stack names, such as `src/tasks.ts:12`. */
export function sourceLocation(root: string, error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const [, found = '', line = ''] of stack.matchAll(stackLocation)) {
    const file = found.startsWith('file:') ? fileURLToPath(found) : found
    const path = relative(root, file)
    if (!path.includes('node_modules') && !path.startsWith('..')) return `${path}:${line}`
  }
  return undefined
}

/** The parser's message alone: in the stack, Node adds the line of code and a caret. */
const parserMessage = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim()

/** The error for a module that cannot be loaded, with its location. Errors of Plinth's own are returned unchanged. */
export function loadError(error: unknown, { root, file }: FailedModule): PlinthError {
  if (error instanceof PlinthError) return error
  const at = sourceLocation(root, error) ?? relative(root, file)
  const message = parserMessage(error)
  return new PlinthError('PLINTH_PROJECT_INVALID', `${at}: ${message}${importHint(message)}`, {
    cause: error,
  })
}

/** The remedy for an import that TypeScript resolves and Node does not. */
function importHint(message: string): string {
  const missing = /^Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1]
  if (missing === undefined) return ''
  const alias = /^(?:[@~]|src)\/(.+)$/.exec(missing)?.[1]
  if (alias !== undefined)
    return `. Node does not read "paths" of tsconfig.json. Import the file by its relative path, such as './${alias}', or add "imports": { "#*": "./src/*" } to package.json and import '#${alias}'`
  const extension = ['.ts', '/index.ts'].find((each) => existsSync(missing + each))
  return extension === undefined
    ? ''
    : `. Write the extension in the import: ${basename(missing)}${extension}`
}
