import { Command } from 'commander'
import { mode } from '../../settings/mode.ts'
import { describeSettings } from '../../settings/settings.ts'
import { action, withJson } from '../action.ts'
import { enterProject, loadEnv } from '../project.ts'

/** `plinth env`: each setting, where it was read from, and its value as it may be shown. */
export const envCommand = (): Command =>
  withJson(new Command('env'))
    .description('Lists the settings: what is set, and from where. Secrets are redacted.')
    .action(
      action(async ({ out }) => {
        const project = enterProject()
        const settings = describeSettings(await loadEnv(project))
        out.result({ mode: mode(), settings })
        out.table(
          ['NAME', 'FROM', 'VALUE'],
          settings.map(({ name, source, value }) => [name, source, value]),
        )
        out.line()
        out.line(out.style('dim', `Runs as ${mode()}; .env files are read in ${project.root}`))
      }),
    )
