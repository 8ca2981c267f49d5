import { Command } from 'commander'
import { mode } from '../../settings/mode.ts'
import { describeSettings } from '../../settings/made-settings.ts'
import { action, withJson } from '../action.ts'
import { enterProject, loadEnv } from '../project.ts'

/** `plinth env`: each setting with its source and its value, secrets redacted. */
export const envCommand = (): Command =>
  withJson(new Command('env'))
    .description('Lists the settings: their values and sources. Secrets are redacted.')
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
        out.line(out.style('dim', `Mode: ${mode()}. .env files are read from ${project.root}`))
      }),
    )
