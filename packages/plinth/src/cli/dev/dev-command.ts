import { Command } from 'commander'
import { action, type ExitCode } from '../action.ts'
import { otlpOption } from '../otlp/otlp-option.ts'
import type { Output } from '../output.ts'
import { findProject } from '../project.ts'
import { addressOptions, type Address } from '../service.ts'
import { DevKeys, hasKeys } from './dev-keys.ts'
import { DevServer } from './dev-server.ts'
import { TypeChecker } from './type-checker.ts'

interface DevOptions extends Address {
  readonly types: boolean
}

/** `plinth dev`: serves the service and loads it again after each change. */
export const devCommand = (): Command => {
  const command = new Command('dev')
    .description('Applies migrations, serves the service, and loads it again after each change.')
    .option('--no-types', 'do not check the types in the background')
    .addHelpText(
      'after',
      `
It watches the files that the service loads, and the migrations. A change of .env, .env.local, package.json or a
lock file restarts the process. With a tsconfig.json, type errors are shown, too.

On a terminal: o opens the documentation, d the development page, r restarts, q quits, h lists the keys.

Example:
  plinth dev --port 8080`,
    )
    .action(action<DevOptions>(({ out, options }) => develop(options, out)))
  for (const option of addressOptions('localhost, which only this machine can reach'))
    command.addOption(option)
  return command.addOption(otlpOption())
}

async function develop({ port, host, otlp, types }: DevOptions, out: Output): Promise<ExitCode> {
  const project = findProject()
  const address = {
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(otlp === true && { otlp }),
  }
  const checker = types ? new TypeChecker(project.root, out) : undefined
  const keys = hasKeys()
  const server = new DevServer({ project, address, out, checker, keys })
  using _keys = keys
    ? new DevKeys(out, {
        links: () => server.links,
        restart: () => server.restart('r was pressed'),
        stop: (signal) => void server.stop(signal),
      })
    : undefined
  return await server.run()
}
