import { Command, CommanderError } from 'commander'
import { version } from './copy-of-plinth.ts'
import { dbCommand } from './db/db-command.ts'
import { devCommand } from './dev-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { envCommand } from './env-command.ts'
import { openapiCommand } from './document-command.ts'
import { routesCommand } from './routes-command.ts'
import { startCommand } from './start-command.ts'
import { tokenCommand } from './token-command.ts'

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

Exit codes: 0 it is well, 1 it failed or what was checked is wrong, 2 it was called wrongly.`

/** The command `plinth`. */
export function program(): Command {
  const plinth = new Command('plinth')
    .description('Develops, checks and serves a Plinth service.')
    .version(version, '-v, --version')
    .addHelpText('after', examples)
    .showHelpAfterError('(plinth --help shows what there is)')
    .exitOverride()
  const commands = [
    devCommand(),
    startCommand(),
    dbCommand(),
    routesCommand(),
    openapiCommand(),
    tokenCommand(),
    envCommand(),
    doctorCommand(),
  ]
  for (const command of commands) plinth.addCommand(inherit(command, plinth))
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
    if (args.length === 0) program().outputHelp()
    else await program().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : 2
  }
  // what a service's modules left open, such as a timer, keeps no command from ending
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => void stream.write('', () => resolve()))
  process.exit()
}
