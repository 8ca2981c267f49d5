import { Command, CommanderError } from 'commander'
import { version } from './own-package.ts'

const examples = `
Examples:
  plinth dev                              serve the service here, and reload it after each change
  plinth start --port 8080 --workers 4    serve it in production
  plinth work --concurrency 20            run its background jobs in production
  plinth db generate                      write a migration for what changed in the models
  plinth console                          run code with the database, models and dependencies
  plinth token --sub ann                  create a token to try it with
  plinth doctor                           find problems in this setup, with their fixes

A service is a folder with a package.json. Its "plinth" key sets where the parts are. The defaults:
  "plinth": { "api": "src/api.ts", "database": "src/database.ts", "models": "src/models.ts",
              "migrations": "migrations", "env": "src/env.ts" }

Exit codes: 0 success, 1 the command or a check failed, 2 usage error.`

/** The commands in the order of the help. Each is loaded on demand, so that one does not slow down the others. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  dev: async () => (await import('./dev/dev-command.ts')).devCommand(),
  start: async () => (await import('./start/start-command.ts')).startCommand(),
  work: async () => (await import('./work/work-command.ts')).workCommand(),
  jobs: async () => (await import('./jobs/jobs-command.ts')).jobsCommand(),
  db: async () => (await import('./db/db-command.ts')).dbCommand(),
  console: async () => (await import('./console/console-command.ts')).consoleCommand(),
  routes: async () => (await import('./commands/routes-command.ts')).routesCommand(),
  openapi: async () => (await import('./commands/document-command.ts')).openapiCommand(),
  client: async () => (await import('./commands/document-command.ts')).clientCommand(),
  token: async () => (await import('./commands/token-command.ts')).tokenCommand(),
  env: async () => (await import('./commands/env-command.ts')).envCommand(),
  doctor: async () => (await import('./doctor/doctor-command.ts')).doctorCommand(),
}

/**
 * The command `plinth`.
 *
 * @param name - the only subcommand to load; if it is unknown, all are loaded, for the help and for suggestions
 */
export async function program(name = ''): Promise<Command> {
  const plinth = new Command('plinth')
    .description('Develops, checks and serves a Plinth service.')
    .version(version, '-v, --version')
    .addHelpText('after', examples)
    .showHelpAfterError('(plinth --help lists all commands)')
    .exitOverride()
  const loaders = Object.hasOwn(commands, name) ? [commands[name]!] : Object.values(commands)
  for (const load of loaders) plinth.addCommand(inherit(await load(), plinth))
  return plinth
}

/** Copies settings to an added command and its subcommands: Commander does so only for commands created in place. */
function inherit(command: Command, from: Command): Command {
  command.copyInheritedSettings(from).allowExcessArguments(false)
  for (const subcommand of command.commands) inherit(subcommand, command)
  return command
}

/** Runs the command and ends the process. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const plinth = await program(args[0])
    if (args.length === 0) plinth.outputHelp()
    else await plinth.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : 2
  }
  // a timer or socket that a service's modules left open must not keep the process alive
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => void stream.write('', () => resolve()))
  process.exit()
}
