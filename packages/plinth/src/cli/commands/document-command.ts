import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { App } from '../../app/app.types.ts'
import { clientTypes } from '../../app/client-types.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action } from '../action.ts'
import { enterProject, loadApi } from '../project.ts'

/** A text that is generated from the app. */
export interface DocumentKind {
  readonly name: string
  readonly description: string
  /** The usual file name, such as `openapi.json`. */
  readonly file: string
  readonly generate: (api: App) => string
}

interface DocumentOptions {
  readonly out?: string
  readonly check?: boolean
}

/** A command that prints a text generated from the app, writes it to a file, or checks that the file is up to date. */
export function documentCommand({ name, description, file, generate }: DocumentKind): Command {
  return new Command(name)
    .description(description)
    .option('--out <file>', `write it to this file, such as ${file}`)
    .option('--check', 'write nothing; exit with 1 if the file of --out differs')
    .action(
      action<DocumentOptions>(
        async ({ out, options }) => {
          if (options.check && options.out === undefined)
            throw new PlinthError(
              'PLINTH_COMMAND_REFUSED',
              `--check compares a file: name it, for example --out ${file}`,
            )
          // Relative to the folder in which the command was called, so before the working directory changes.
          const path = options.out === undefined ? undefined : resolve(options.out)
          const generated = generate(await loadApi(enterProject()))
          const text = generated.endsWith('\n') ? generated : `${generated}\n`
          if (path === undefined) return out.document(text)
          const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined
          if (before === text) return out.note(`${path} is up to date`)
          if (options.check) {
            out.note(
              `${path} ${before === undefined ? 'does not exist' : 'differs'}: run plinth ${name} --out ${options.out}`,
            )
            return 1
          }
          writeFileSync(path, text)
          out.note(`wrote ${path}`)
        },
        { document: true },
      ),
    )
}

/** `plinth openapi`: the OpenAPI 3.1 document. */
export const openapiCommand = (): Command =>
  documentCommand({
    name: 'openapi',
    description: 'Prints the OpenAPI 3.1 document.',
    file: 'openapi.json',
    generate: (api) => JSON.stringify(api.openapi(), null, 2),
  })

/** `plinth client`: the API's types, for a frontend in another repository. */
export const clientCommand = (): Command =>
  documentCommand({
    name: 'client',
    description: "Prints the API's types, for plinth/client in another repository.",
    file: 'api.d.ts',
    generate: clientTypes,
  })
