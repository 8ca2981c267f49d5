import type { SettingRow } from '../../settings/settings.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

const isSecret = (name: string): boolean => /SECRET/.test(name)

const makeOne = 'openssl rand -base64 32'

/** One line of the message that names all missing and wrong settings: `  NAME is not set; write for example …` */
function lineFinding(line: string): Finding[] {
  const [, missing, toWrite = ''] = /^ {2}(\w+) is not set; (.*)$/.exec(line) ?? []
  if (missing !== undefined)
    return [
      isSecret(missing)
        ? problem(
            'secret-missing',
            `${missing} is not set: tokens are checked with it, and it has no default in production`,
            `Set it to what the frontend has, or make one for both: ${makeOne}`,
          )
        : problem('setting-missing', `${missing} is not set`, sentence(toWrite)),
    ]
  const [, name, wrong = '', fix = ''] = /^ {2}(\w+) (\([^)]*\): .*); (write .*)$/.exec(line) ?? []
  return name === undefined ? [] : [problem('setting-wrong', `${name} ${wrong}`, sentence(fix))]
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What the settings tell: by the error that they were refused with, or by where each is from. */
export const settingsFindings = {
  invalid: (message: string): Finding[] => message.split('\n').flatMap(lineFinding),
  made: (rows: readonly SettingRow[]): Finding[] => [
    ok('setting-missing', `${rows.length} settings are complete`),
    ...rows
      .filter(({ source }) => source === 'made in memory')
      .map(({ name }) =>
        warning(
          'secret-missing',
          `${name} is not set: the next start in development makes one and keeps it in .env.local, and the frontend, which has another, gives tokens that are refused`,
          `Write the one that the frontend has into .env.local; or make one for both: ${makeOne}`,
        ),
      ),
  ],
} as const
