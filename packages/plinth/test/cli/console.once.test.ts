// `plinth console`: code with the app's database, models, settings and dependencies.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shownOutput } from '../docs/shown-output.ts'
import { childEnvironment } from '../support/child-environment.ts'
import { cliProject, main, secret, type CliProject, type Ended } from '../support/cli-project.ts'

const env = { BETTER_AUTH_SECRET: secret }
let project: CliProject
beforeAll(async () => {
  project = cliProject()
  await project.plinth(['db', 'migrate'], { env })
})
afterAll(() => project?.[Symbol.dispose]())

const evaluate = (code: string): Promise<Ended> =>
  project.plinth(['console', '--eval', code], { env })

/** Runs a command with input, without a terminal unless `script` gives it one. */
async function withInput(command: readonly string[], input: readonly string[]): Promise<string> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: project.folder,
    env: { ...childEnvironment(), ...env, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))
  const ended = new Promise((resolve) => child.once('close', resolve))
  for (const text of input) {
    if (text.startsWith('\u0000')) await expect.poll(() => said).toContain(text.slice(1))
    else child.stdin.write(text)
  }
  child.stdin.end()
  await ended
  return said
}

/** Waits in {@link withInput} until this was printed. */
const until = (text: string): string => `\u0000${text}`

describe('plinth console', () => {
  it('--eval prints the value of an expression, a query included, and closes the database', async () => {
    const inserted = await evaluate(
      "db.insert(Note).values({ text: 'one', userId: 'ann' }).returning({ text: Note.text })",
    )
    expect(inserted).toEqual({ code: 0, stdout: "[ { text: 'one' } ]\n", stderr: '' })
    const run = await evaluate(
      'run(db, async (value) => (await value.select().from(Note)).length + env.PORT)',
    )
    expect(run.stdout).toBe('8001\n')
    expect(existsSync(join(project.folder, '.plinth/dev.lock'))).toBe(false)
  })

  it('--eval reports an error in a few lines, without the secret, and exits with 1', async () => {
    const failed = await evaluate("db.execute('select nope')")
    expect([failed.code, failed.stdout]).toEqual([1, ''])
    expect(failed.stderr).toMatch(
      /^DrizzleQueryError: Failed query: select nope\ncaused by error \(42703\): column "nope" does not exist\n$/,
    )
    const wrong = await evaluate('Note.(')
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/^SyntaxError/)])
    const thrown = await evaluate('{ throw new Error(env.BETTER_AUTH_SECRET) }')
    expect(thrown.stderr).not.toContain(secret)
  })

  it('runs a script from standard input, with types, await, and imports from the folder', async () => {
    const script = `const rows: object[] = await db.select().from(Note).where(eq(Note.userId, 'ann'))
const notes = await import('./src/notes.ts')
console.log(rows.length, app.title, Object.keys(notes).join())
`
    expect(await withInput([process.execPath, main, 'console'], [script])).toBe(
      '1 Notes create,list\n',
    )
  })
})

// `script` of macOS has other arguments.
describe.runIf(process.platform === 'linux')('plinth console on a terminal', () => {
  it('awaits queries, goes on after an error, keeps the history, and ends', async () => {
    const command = `"${process.execPath}" "${main}" console; echo "exit $?"`
    const said = await withInput(
      ['script', '-qec', command, '/dev/null'],
      [
        until('> '),
        'db.select({ text: Note.text }).from(Note)\r',
        until("[ { text: 'one' } ]"),
        'await run(nope)\r',
        until('Uncaught ReferenceError: nope is not defined'),
        'const later: Date = new Date(); later instanceof Date && Note.na\t\r',
        until('> '),
        '.exit\r',
        until('exit 0'),
      ],
    )
    const banner = said.replace('Notes on', 'Tasks on').replace('run, Note,', 'run, Project, Task,')
    const shown = shownOutput('docs/cli.md', 'In scope')
    for (const line of shown.slice(0, shown.indexOf('\n>')).split('\n'))
      expect(banner).toContain(line)
    const history = readFileSync(join(project.folder, '.plinth/console_history'), 'utf8')
    expect(history).toContain('await run(nope)')
    expect(existsSync(join(project.folder, '.plinth/dev.lock'))).toBe(false)
  })
})
