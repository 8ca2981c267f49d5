import { cancel, confirm, intro, isCancel, select, text, type CANCEL_SYMBOL } from '@clack/prompts'
import { basename, resolve } from 'node:path'
import { folderProblem } from './create-service.ts'
import { nameProblem, nearName } from './service-name.ts'

/** The options of the command. */
export interface Options {
  readonly name?: string
  readonly plinth?: string
  readonly web?: boolean
  readonly auth?: boolean
  readonly install?: boolean
  readonly yes?: boolean
}

/** The default folder, if the user does not choose one. */
export const usualFolder = 'my-app'

/** The choices of the user. */
export interface Answers extends Options {
  readonly folder: string
}

/**
 * Returns true for an interactive terminal. A terminal without a width would draw letter by letter.
 */
export const canAsk = (): boolean =>
  process.stdin.isTTY && process.stdout.isTTY && process.stdout.columns > 0 && !process.env['CI']

function cancelled(): undefined {
  cancel('Canceled. Nothing was created.')
}

/** Asks for the missing choices. Returns `undefined` if the user cancels. */
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
  const users = await askUsers(options)
  if (isCancel(users)) return cancelled()
  const install = options.install ?? (await confirm({ message: 'Install its packages now?' }))
  if (isCancel(install)) return cancelled()
  return { ...options, folder, name, install, web: users === 'web', auth: users === 'auth' }
}

/** The place where users sign in. */
type Users = 'auth' | 'web' | 'elsewhere'

async function askUsers({ auth, web }: Options): Promise<Users | typeof CANCEL_SYMBOL> {
  if (auth !== undefined || web !== undefined) return auth ? 'auth' : web ? 'web' : 'elsewhere'
  return await select<Users>({
    message: 'Where do users sign in?',
    options: [
      { value: 'elsewhere', label: 'In a frontend that exists' },
      { value: 'auth', label: 'In this service: Better Auth and a small page, one process' },
      { value: 'web', label: 'In a new Next.js frontend' },
    ],
  })
}

/** The folder's name, if it is a valid package name. */
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
