import { Command, CommanderError } from 'commander'
import { version } from './own-package.ts'

const examples = `
Examples:
  plinth dev                              serve the service here, and again after each change
  plinth start --port 8080 --workers 4    serve it in production
  plinth db generate                      write a migration for what changed in the models
  plinth token --sub ann                  a token to try it with
  plinth doctor                           what is wrong here, and how to mend it

A service is a folder with a package.json; its "plinth" key says where the parts are:
  "plinth": { "api": "src/api.ts", "database": "src/database.ts", "models": "src/models.ts",
              "migrations": "migrations", "env": "src/env.ts" }   (these are the defaults)

Exit errorCodes: 0 it is well, 1 it failed or what was checked is wrong, 2 it was called wrongly.`

/** The commands in the order of help, each loaded when it is needed: what one loads costs the others nothing. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  dev: async () => (await import('./dev/dev-command.ts')).devCommand(),
  start: async () => (await import('./start/start-command.ts')).startCommand(),
  db: async () => (await import('./db/db-command.ts')).dbCommand(),
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
 * @param name - the one that is wanted; all of them, for the help or a suggestion, where it is none of them
 */
export async function program(name = ''): Promise<Command> {
  const plinth = new Command('plinth')
    .description('Develops, checks and serves a Plinth service.')
    .version(version, '-v, --version')
    .addHelpText('after', examples)
    .showHelpAfterError('(plinth --help shows what there is)')
    .exitOverride()
  const wanted = Object.hasOwn(commands, name) ? [commands[name]!] : Object.values(commands)
  for (const load of wanted) plinth.addCommand(inherit(await load(), plinth))
  return plinth
}

/** What a command that is added has to be told, and one that is made in place inherits. */
function inherit(command: Command, from: Command): Command {
  command.copyInheritedSettings(from).allowExcessArguments(false)
  for (const below of command.commands) inherit(below, command)
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
  // what a service's modules left open, such as a timer, keeps no command from ending
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => void stream.write('', () => resolve()))
  process.exit()
}
