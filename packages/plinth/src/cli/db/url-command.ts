import { Command } from 'commander'
import { sharedOf } from '../../database/database.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action, withJson } from '../action.ts'
import { enterProject, loadDatabase } from '../project.ts'
import { gatewayOf } from './local-database.ts'

/** `plinth db url`: the URL for psql and other tools. */
export const urlCommand = (): Command =>
  withJson(new Command('url'))
    .description('Prints the URL of the database, with its password, for psql and other tools.')
    .addHelpText(
      'after',
      `
An embedded database has a URL while plinth dev runs, which shares it with your processes on this machine.

Example:
  psql "$(npx plinth db url)"`,
    )
    .action(
      action(
        async ({ out }) => {
          const db = await loadDatabase(enterProject())
          const url = gatewayOf(db)?.url ?? sharedOf(db, 'plinth db url').driver.server?.url
          if (url === undefined)
            throw new PlinthError(
              'PLINTH_COMMAND_REFUSED',
              `${db.location} is an embedded database, and no process shares it: start plinth dev, and run this again`,
            )
          if (out.json) out.result({ url })
          else out.document(url)
        },
        { document: true },
      ),
    )
