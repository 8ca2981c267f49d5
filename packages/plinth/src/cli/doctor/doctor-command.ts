import { Command } from 'commander'
import { action, withJson } from '../action.ts'
import { examine } from './examine.ts'
import type { Finding, Level } from './finding.ts'
import type { Output } from '../output.ts'
import { enterProject } from '../project.ts'

const signs: Readonly<Record<Level, readonly ['red' | 'yellow' | 'green', string]>> = {
  problem: ['red', '✗'],
  warning: ['yellow', '!'],
  ok: ['green', '✓'],
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

function tellAll(out: Output, findings: readonly Finding[]): void {
  for (const level of ['ok', 'warning', 'problem'] as const)
    for (const { id, message, fix } of findings.filter((finding) => finding.level === level)) {
      const [color, sign] = signs[level]
      const name = level === 'ok' ? '' : ` ${out.style('bold', id)}:`
      out.line(`${out.style(color, sign)}${name} ${message}`)
      if (fix !== undefined) out.line(`  ${out.style('dim', '→')} ${fix}`)
    }
}

/** `plinth doctor`: what is wrong with this setup, and how to mend it. */
export const doctorCommand = (): Command =>
  withJson(new Command('doctor'))
    .description('Says what is wrong with this setup, and how to mend it; changes nothing.')
    .addHelpText(
      'after',
      `
Each finding has an id that stays the same, a sentence and what to do. Exit code 1 where there is a problem; a warning
may be meant so.

Example:
  NODE_ENV=production plinth doctor --json`,
    )
    .action(
      action(async ({ out }) => {
        const project = enterProject()
        const findings = await out.wait(`Looking at ${project.name}`, () => examine(project))
        const problems = findings.filter(({ level }) => level === 'problem').length
        const warnings = findings.filter(({ level }) => level === 'warning').length
        out.result({ ok: problems === 0, findings })
        tellAll(out, findings)
        out.line()
        out.line(`${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`)
        return problems === 0 ? 0 : 1
      }),
    )
