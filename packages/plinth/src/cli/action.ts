import type { Command } from 'commander'
import { inspect } from 'node:util'
import { PlinthError } from '../errors/plinth-error.ts'
import { redact } from '../settings/redact.ts'
import { output, type Output } from './output.ts'

/** 0: success. 1: a check or the command failed. Commander exits with 2 after a usage error. */
export type ExitCode = 0 | 1

/** The arguments of an action. */
export interface ActionContext<TOptions> {
  readonly out: Output
  readonly options: TOptions
  /** The command's arguments, as given on the command line. */
  readonly args: readonly string[]
}

interface ActionSettings {
  /** Standard output is reserved for a document; text for people goes to standard error. */
  readonly document?: boolean
}

/** Adds `--json` to a command. */
export const withJson = (command: Command): Command =>
  command.option('--json', 'print one JSON document and nothing else')

/**
 * Turns a function into a command's action: passes an {@link Output}, sets the exit code, and reports errors.
 *
 * @param run - returns the exit code; nothing means 0
 */
export function action<TOptions extends object = object>(
  run: (context: ActionContext<TOptions & { json?: boolean }>) => Promise<ExitCode | void>,
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

/** Prints an error: the message of a {@link PlinthError}, the stack of any other. */
export function reportError(out: Output, error: unknown): void {
  const isOurs = error instanceof PlinthError
  const message = redact(isOurs ? error.message : inspect(error))
  out.result({ error: { code: isOurs ? error.code : 'PLINTH_INTERNAL', message } })
  out.note(
    isOurs
      ? `${out.style('red', 'plinth:')} ${message} (${error.code})`
      : `plinth: unexpected error\n${message}`,
  )
}
