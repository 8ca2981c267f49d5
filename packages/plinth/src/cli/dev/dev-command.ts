import { Command } from 'commander'
import { action } from '../action.ts'
import { findProject } from '../project.ts'
import { addressOptions, type Address } from '../service.ts'
import { DevServer } from './dev-server.ts'

/** `plinth dev`: serves the service and restarts it after each change. */
export const devCommand = (): Command => {
  const command = new Command('dev')
    .description('Applies migrations, serves the service, and restarts it after each change.')
    .addHelpText(
      'after',
      `
It watches the files that the service loads, .env, .env.local and the migrations.

Example:
  plinth dev --port 8080`,
    )
    .action(
      action<Address>(async ({ out, options: { port, host } }) => {
        const address = { ...(port !== undefined && { port }), ...(host !== undefined && { host }) }
        return await new DevServer(findProject(), address, out).run()
      }),
    )
  for (const option of addressOptions('localhost, which only this machine can reach'))
    command.addOption(option)
  return command
}
