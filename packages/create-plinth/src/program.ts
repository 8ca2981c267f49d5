import { Command, CommanderError, Option } from 'commander'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { styleText } from 'node:util'
import { ask, canAsk, usualFolder, type Options } from './ask.ts'
import { CreateError, createService, version, type Created } from './create-service.ts'

const examples = `
Examples:
  npm create plinth                            asks
  npm create plinth my-app                     a service in the new folder my-app
  npm create plinth my-app -- --auth           with accounts and a page, in one process
  npm create plinth my-app -- --web            and a frontend in my-app/web
  npm create plinth my-app -- --yes --install  asks nothing, and installs

Exit codes: 0 it is there, 1 it could not be made, 2 the command was called wrongly.`

/** Converts the path of a tarball to an absolute `file:` URL for package.json. */
export function plinthSource(given: string, cwd: string = process.cwd()): string {
  const path = given.replace(/^file:/, '')
  if (path === given && !/\.(?:tgz|tar\.gz)$/.test(given)) return given
  const absolute = resolve(cwd, path)
  if (!existsSync(absolute)) throw new CreateError(`Not found: ${absolute}, which --plinth names`)
  return `file:${absolute}`
}

/** Runs the command, and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0
  const command = new Command('create-plinth')
    .description(
      'Creates a new backend service: a model, its routes, tests, migrations and documentation.',
    )
    .argument('[folder]', `a new or empty folder; "." is the current one`)
    .option('-n, --name <name>', "the package's name (default: the folder's)")
    .option('-w, --web', 'with a Next.js frontend in web/, where users sign in with Better Auth')
    .addOption(
      new Option('-a, --auth', 'with Better Auth and a small page in the same process').conflicts(
        'web',
      ),
    )
    .option('-i, --install', 'also runs npm install')
    .option('-y, --yes', `asks nothing; the default folder is ${usualFolder}`)
    .option(
      '--plinth <source>',
      `the plinth to install: a version or a tarball (default: ${version})`,
    )
    .version(version, '-v, --version')
    .addHelpText('after', examples)
    .showHelpAfterError('(npm create plinth -- --help lists the options)')
    .allowExcessArguments(false)
    .exitOverride()
    .action(async (folder: string | undefined, options: Options) => {
      code = await create(folder, options)
    })
  try {
    await command.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof CreateError)) throw error
    console.error(`create-plinth: ${error.message}`)
    return 1
  }
  return code
}

async function create(given: string | undefined, options: Options): Promise<number> {
  const asking = options.yes !== true && canAsk()
  if (given === undefined && !asking && options.yes !== true) {
    console.error(
      'create-plinth: say where: npm create plinth my-app (or --yes, which takes my-app)',
    )
    return 2
  }
  const plinth = options.plinth === undefined ? undefined : plinthSource(options.plinth)
  const answers = asking ? await ask(given, options) : { folder: given ?? usualFolder, ...options }
  // the exit code of shells after Ctrl-C
  if (answers === undefined) return 130
  const created = createService(answers.folder, {
    name: answers.name,
    plinth,
    web: answers.web,
    auth: answers.auth,
  })
  const web = answers.web === true
  const folders = web ? [created.folder, join(created.folder, 'web')] : [created.folder]
  const installed = answers.install === true ? folders.every(install) : undefined
  console.log(nextSteps(created, { installed, web }))
  return installed === false ? 1 : 0
}

/** Runs `npm install` with visible output, and returns true if it succeeds. */
function install(folder: string): boolean {
  const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) console.error('create-plinth: npm install failed; what it said is above')
  return npm.status === 0
}

/** The created parts besides the service. */
interface Done {
  /** True if `npm install` succeeded, `undefined` if it did not run. */
  readonly installed?: boolean | undefined
  readonly web?: boolean
}

/** The next commands, as lines to paste. */
export function nextSteps({ folder, name }: Created, { installed, web }: Done = {}): string {
  const path = relative(process.cwd(), folder)
  const steps = [
    ...(path === ''
      ? []
      : [`cd ${/^[\w./@-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`}`]),
    ...(installed === true ? [] : ['npm install']),
    'npm run dev',
  ]
  return `
${styleText('bold', name)} is in ${folder}. Next:

${steps.map((step) => `  ${step}`).join('\n')}

${web === true ? `The frontend, in another terminal: cd web${installed === true ? '' : ', npm install'}, npm run dev\n` : ''}README.md there has the first five minutes; npm test tests it.`
}
