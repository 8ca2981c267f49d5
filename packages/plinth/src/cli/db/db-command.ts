import { Command } from 'commander'
import { baselineCommand } from './baseline-command.ts'
import { checkCommand } from './check-command.ts'
import { diagramCommand } from './diagram-command.ts'
import { generateCommand } from './generate-command.ts'
import { migrateCommand } from './migrate-command.ts'
import { pullCommand } from './pull-command.ts'
import { resetCommand } from './reset-command.ts'
import { seedCommand } from './seed-command.ts'
import { statusCommand } from './status-command.ts'
import { studioCommand } from './studio-command.ts'
import { urlCommand } from './url-command.ts'

/** `plinth db`: the database and its migrations. */
export function dbCommand(): Command {
  const db = new Command('db').description('The database and its migrations.')
  const commands = [
    generateCommand(),
    migrateCommand(),
    statusCommand(),
    checkCommand(),
    resetCommand(),
    seedCommand(),
    studioCommand(),
    pullCommand(),
    baselineCommand(),
    diagramCommand(),
    urlCommand(),
  ]
  for (const command of commands) db.addCommand(command)
  db.addCommand(pushCommand(), { hidden: true })
  return db
}

/** `plinth db push`, which other tools have, names the commands to use instead. */
const pushCommand = (): Command =>
  new Command('push')
    .allowUnknownOption()
    .argument('[arguments...]')
    .action((_arguments, _options, command: Command) =>
      command.error(
        "error: there is no 'plinth db push'. Plinth writes migrations: plinth db generate, then plinth db migrate",
      ),
    )
