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

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function printFindings(out: Output, findings: readonly Finding[]): void {
  for (const level of ['ok', 'warning', 'problem'] as const)
    for (const { id, message, fix } of findings.filter((finding) => finding.level === level)) {
      const [color, sign] = signs[level]
      const name = level === 'ok' ? '' : ` ${out.style('bold', id)}:`
      out.line(`${out.style(color, sign)}${name} ${message}`)
      if (fix !== undefined) out.line(`  ${out.style('dim', '→')} ${fix}`)
    }
}

/** `plinth doctor`: problems of the setup, with their fixes. */
export const doctorCommand = (): Command =>
  withJson(new Command('doctor'))
    .description('Finds problems in this setup and says how to fix them. Changes nothing.')
    .addHelpText(
      'after',
      `
Each finding has a stable id, a sentence, and a fix. The exit code is 1 if there is a problem. A warning may be intended.

Example:
  NODE_ENV=production plinth doctor --json`,
    )
    .action(
      action(async ({ out }) => {
        const project = enterProject()
        const findings = await out.wait(`Checking ${project.name}`, () => examine(project))
        const problems = findings.filter(({ level }) => level === 'problem').length
        const warnings = findings.filter(({ level }) => level === 'warning').length
        out.result({ ok: problems === 0, findings })
        printFindings(out, findings)
        out.line()
        out.line(`${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`)
        return problems === 0 ? 0 : 1
      }),
    )
