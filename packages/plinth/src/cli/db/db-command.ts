import { Command } from 'commander'
import { checkCommand } from './check-command.ts'
import { generateCommand } from './generate-command.ts'
import { migrateCommand } from './migrate-command.ts'
import { resetCommand } from './reset-command.ts'
import { seedCommand } from './seed-command.ts'
import { statusCommand } from './status-command.ts'
import { studioCommand } from './studio-command.ts'

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
  ]
  for (const command of commands) db.addCommand(command)
  return db
}
