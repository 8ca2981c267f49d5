import { cancel, confirm, intro, isCancel, text, type CANCEL_SYMBOL } from '@clack/prompts'
import { basename, resolve } from 'node:path'
import { folderProblem } from './create-service.ts'
import { nameProblem, nearName } from './service-name.ts'

/** The options of the command. */
export interface Options {
  readonly name?: string
  readonly plinth?: string
  readonly web?: boolean
  readonly install?: boolean
  readonly yes?: boolean
}

/** The folder that is made where nobody says which. */
export const usualFolder = 'my-app'

/** What is known once everything was asked. */
export interface Answers extends Options {
  readonly folder: string
}

/** Whether a person sits there. A terminal without a width draws letter by letter. */
export const canAsk = (): boolean =>
  process.stdin.isTTY && process.stdout.isTTY && process.stdout.columns > 0 && !process.env['CI']

function cancelled(): undefined {
  cancel('Nothing was made.')
}

/** Asks what was not said; `undefined` where it was broken off. */
export async function ask(
  given: string | undefined,
  options: Options,
): Promise<Answers | undefined> {
  intro('A new Plinth service')
  const folder =
    given ??
    (await text({
      message: 'In which folder?',
      placeholder: usualFolder,
      defaultValue: usualFolder,
      validate: (value) => folderProblem(value === undefined || value === '' ? usualFolder : value),
    }))
  if (isCancel(folder)) return cancelled()
  const name = options.name ?? (await askName(basename(resolve(folder))))
  if (isCancel(name)) return cancelled()
  const web =
    options.web ??
    (await confirm({
      message: 'With a Next.js frontend that signs users in?',
      initialValue: false,
    }))
  if (isCancel(web)) return cancelled()
  const install = options.install ?? (await confirm({ message: 'Install its packages now?' }))
  if (isCancel(install)) return cancelled()
  return { ...options, folder, name, web, install }
}

/** The folder's name, where a package can have it. */
async function askName(usual: string): Promise<string | typeof CANCEL_SYMBOL> {
  if (nameProblem(usual) === undefined) return usual
  return text({
    message: 'What is the package called?',
    initialValue: nearName(usual),
    validate: (value = '') => {
      const wrong = nameProblem(value)
      return wrong === undefined ? undefined : `It ${wrong}`
    },
  })
}
