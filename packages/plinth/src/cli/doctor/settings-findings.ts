import type { SettingRow } from '../../settings/made-settings.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

const isSecret = (name: string): boolean => /SECRET/.test(name)

const generateSecret = 'openssl rand -base64 32'

/** Parses a line of the message that lists invalid settings, such as `  NAME is not set; write for example …`. */
function lineFinding(line: string): Finding[] {
  const [, missing, toWrite = ''] = /^ {2}(\w+) is not set; (.*)$/.exec(line) ?? []
  if (missing !== undefined)
    return [
      isSecret(missing)
        ? problem(
            'secret-missing',
            `${missing} is not set: it verifies tokens, and has no default in production`,
            `Set it to the frontend’s value, or generate one for both: ${generateSecret}`,
          )
        : problem('setting-missing', `${missing} is not set`, sentence(toWrite)),
    ]
  const [, name, wrong = '', fix = ''] = /^ {2}(\w+) (\([^)]*\): .*); (write .*)$/.exec(line) ?? []
  if (name !== undefined) return [problem('setting-wrong', `${name} ${wrong}`, sentence(fix))]
  // a file that cannot be read, or a check of several settings; notes are in parentheses
  const [, other] = /^ {2}([^\s(].*)$/.exec(line) ?? []
  return other === undefined
    ? []
    : [problem('setting-wrong', other, 'Correct the setting or the file that the message names')]
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Findings about the settings: from the error they were refused with, or from the source of each. */
export const settingsFindings = {
  invalid: (message: string): Finding[] => message.split('\n').flatMap(lineFinding),
  made: (rows: readonly SettingRow[]): Finding[] => [
    ok('setting-missing', `All ${rows.length} settings are set`),
    ...rows
      .filter(({ source }) => source === 'made in memory')
      .map(({ name }) =>
        warning(
          'secret-missing',
          `${name} is not set: the next start in development generates one in .env.local. The frontend has another one, and its tokens will be refused`,
          `Copy the frontend’s value to .env.local, or generate one for both: ${generateSecret}`,
        ),
      ),
  ],
} as const
