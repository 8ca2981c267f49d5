import { Command } from 'commander'
import { action } from '../action.ts'
import { DevServer } from './dev-server.ts'
import { findProject } from '../project.ts'
import { addressOptions, type Address } from '../service.ts'

/** `plinth dev`: the service, again after each change. */
export const devCommand = (): Command => {
  const command = new Command('dev')
    .description('Serves the service, applies its migrations, and does so again after each change.')
    .addHelpText(
      'after',
      `
Watched are the files that the service loads, .env, .env.local and the migrations.

Example:
  plinth dev --port 8080`,
    )
    .action(
      action<Address>(async ({ out, options: { port, host } }) => {
        const address = { ...(port !== undefined && { port }), ...(host !== undefined && { host }) }
        return await new DevServer(findProject(), address, out).run()
      }),
    )
  for (const option of addressOptions('localhost, which only this machine reaches'))
    command.addOption(option)
  return command
}
