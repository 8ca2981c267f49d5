import { Command } from 'commander'
import { action, type ExitCode } from '../action.ts'
import type { Output } from '../output.ts'
import { enterProject } from '../project.ts'
import { consoleScope, type ConsoleScope } from './console-scope.ts'
import { describeValue } from './describe-value.ts'
import { runCode } from './run-code.ts'
import { startRepl } from './start-repl.ts'

interface ConsoleOptions {
  readonly eval?: string
}

/** `plinth console`: runs code with the app's database, models, settings and dependencies. */
export const consoleCommand = (): Command =>
  new Command('console')
    .description('Runs code with the app, its database, models, settings and dependencies (REPL).')
    .option('-e, --eval <code>', 'run this, print its value, and end')
    .addHelpText(
      'after',
      `
It works beside plinth dev, on the same database. Without a terminal, it runs the code on standard input.

Examples:
  plinth console
  plinth console --eval 'db.select().from(Task).limit(3)'
  plinth console < scripts/report.ts`,
    )
    .action(
      action<ConsoleOptions>(async ({ out, options }) => {
        const project = enterProject()
        const scope = await consoleScope(project)
        try {
          if (options.eval !== undefined)
            return await runAndPrint(options.eval, scope, project.root)
          if (!process.stdin.isTTY) return await runAndPrint(await readInput(), scope, project.root)
          for (const line of banner(scope, out)) out.line(line)
          await startRepl(scope, project.root)
          return 0
        } finally {
          await scope.close()
        }
      }),
    )

async function runAndPrint(code: string, scope: ConsoleScope, root: string): Promise<ExitCode> {
  try {
    const value = await runCode(code, scope, root)
    const colors = process.stdout.hasColors?.() ?? false
    if (value !== undefined)
      console.log(typeof value === 'string' ? value : describeValue(value, colors))
    return 0
  } catch (error) {
    console.error(describeValue(error, false))
    return 1
  }
}

async function readInput(): Promise<string> {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const part of process.stdin) text += part as string
  return text
}

const banner = ({ title, location, names }: ConsoleScope, out: Output): readonly string[] => [
  `${out.style('green', title)}${location === undefined ? '' : ` on ${location}`}`,
  out.style('dim', `In scope: ${Object.keys(names).join(', ')}, and Drizzle's sql, eq, desc, …`),
  out.style(
    'dim',
    'run(dependency, use) creates a dependency. A query or a promise is awaited. .exit ends.',
  ),
]
