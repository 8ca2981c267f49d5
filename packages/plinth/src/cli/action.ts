import type { Command } from 'commander'
import { inspect } from 'node:util'
import { PlinthError } from '../errors/plinth-error.ts'
import { redact } from '../settings/redact.ts'
import { output, type Output } from './output.ts'

/** 0: it is well. 1: what was checked is wrong, or the command failed. 2 is commander's: it was called wrongly. */
export type ExitCode = 0 | 1

/** What an action is called with. */
export interface ActionContext<TOptions> {
  readonly out: Output
  readonly options: TOptions
  /** The command's arguments, as they were given. */
  readonly args: readonly string[]
}

interface ActionSettings {
  /** Whether standard output holds a document, and nothing for people. */
  readonly document?: boolean
}

/** Adds `--json` to a command. */
export const withJson = (command: Command): Command =>
  command.option('--json', 'print one JSON document, and nothing else')

/**
 * Makes a function the action of a command: gives it an {@link Output}, sets the exit code, and says in a sentence what
 * was thrown.
 *
 * @param run - gives the exit code; nothing for 0
 */
export function action<TOptions extends object = object>(
  run: (call: ActionContext<TOptions & { json?: boolean }>) => Promise<ExitCode | void>,
  { document }: ActionSettings = {},
): (this: Command) => Promise<void> {
  return async function (this: Command) {
    const options = this.optsWithGlobals<TOptions & { json?: boolean }>()
    const out = output({ json: options.json, document: document ?? options.json })
    try {
      process.exitCode = (await run({ out, options, args: this.args })) ?? 0
    } catch (error) {
      reportError(out, error)
      process.exitCode = 1
    }
  }
}

/** Says what went wrong: the sentence of an error of ours, the stack of any other. */
export function reportError(out: Output, error: unknown): void {
  const isOurs = error instanceof PlinthError
  const message = redact(isOurs ? error.message : inspect(error))
  out.result({ error: { code: isOurs ? error.code : 'PLINTH_INTERNAL', message } })
  out.note(
    isOurs
      ? `${out.style('red', 'plinth:')} ${message} (${error.code})`
      : `plinth: something went wrong that should not have\n${message}`,
  )
}
