import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PlinthError } from '../errors/plinth-error.ts'

/** What was to be loaded. */
export interface Loaded {
  /** The service's folder. */
  readonly root: string
  readonly file: string
}

// `file:///a/b.ts:3` or `/a/b.ts:3`, alone on the first line of a SyntaxError's stack, or `at … (file:///a/b.ts:3:7)`
const place = /((?:file:\/\/)?\/(?:[A-Za-z]:\/)?[^\s():]+):(\d+)/g

/** The first place in the service's own code that a stack names, as `src/tasks.ts:12`. */
export function placeIn(root: string, error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const [, found = '', line = ''] of stack.matchAll(place)) {
    const file = found.startsWith('file:') ? fileURLToPath(found) : found
    const path = relative(root, file)
    if (!path.includes('node_modules') && !path.startsWith('..')) return `${path}:${line}`
  }
  return undefined
}

/** Only what the parser said: Node adds the line of code and a caret. */
const said = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim()

/** Why a module of the service cannot be loaded, with the place; errors of its setup are sentences already. */
export function loadProblem(error: unknown, { root, file }: Loaded): PlinthError {
  if (error instanceof PlinthError) return error
  const at = placeIn(root, error) ?? relative(root, file)
  return new PlinthError('PLINTH_PROJECT_INVALID', `${at}: ${said(error)}`, { cause: error })
}
