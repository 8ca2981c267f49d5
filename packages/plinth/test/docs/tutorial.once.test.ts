// The tutorial, from the empty folder on: its files are written, its commands run, and its outputs compared.
// PLINTH_RECORD=1 writes what the commands print into the pages.
import { globSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { childEnvironment } from '../support/child-environment.ts'
import { cliProject, modules, secret, serviceFiles, type Run } from '../support/cli-project.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'
import { settledOutput } from './settled-output.ts'
import { openShell } from './shell.ts'
import { readSteps, type TutorialStep } from './tutorial-steps.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const pages = globSync('docs/tutorial/[0-9]*.md', { cwd: root }).toSorted()
const isRecording = process.env['PLINTH_RECORD'] === '1'

/** Commands that a reader needs once, on a new machine: the packages are linked here. */
const isSetup = (command: string): boolean => /^(?:mkdir|cd|npm (?:init|install)) /.test(command)

const project = cliProject(
  Object.fromEntries(Object.keys(serviceFiles).map((name) => [name, undefined])),
)
for (const name of ['better-auth', 'vitest', 'ajv', 'ajv-formats', 'ws', 'pg-boss', '.bin'])
  symlinkSync(join(modules, name), join(project.folder, 'node_modules', name))
const port = await freePort()
/** In the pages, the service has the port 8000. */
const addresses = { PORT: String(port), BETTER_AUTH_URL: `http://localhost:${port}` }
const env = {
  ...childEnvironment(),
  ...addresses,
  PATH: `${join(modules, '.bin')}:${process.env['PATH']}`,
  npm_config_update_notifier: 'false',
}
let server: Run | undefined

/** Starts `plinth dev`, and resolves with what it printed when it was ready. */
async function startServer(): Promise<string> {
  await stopServer()
  server = project.run(['dev'], { env: { ...addresses, BETTER_AUTH_SECRET: secret } })
  await server.until(/Press Ctrl-C to stop\.\n/)
  return server.said
}

async function stopServer(): Promise<void> {
  if (server === undefined) return
  server.kill('SIGINT')
  await server.ended
  server = undefined
}

afterAll(async () => {
  await stopServer()
  await postgres?.stop()
  project[Symbol.dispose]()
})

/** In the pages, the database in production is Neon's. Here it is a server that the test starts. */
const neon = 'postgres://quiz:secret@ep-quiet-night.eu-central-1.aws.neon.tech/quiz'
let postgres: PostgresServer | undefined

async function withAddresses(command: string): Promise<string> {
  const text = command.replaceAll('localhost:8000', `localhost:${port}`)
  if (!text.includes(neon)) return text
  postgres ??= await startPostgres()
  return text.replaceAll(neon, postgres.url)
}
const withoutAddresses = (text: string): string =>
  [
    [`localhost:${port}`, 'localhost:8000'] as const,
    [`Port ${port}`, 'Port 8000'] as const,
    ...(postgres === undefined
      ? []
      : [[withoutPassword(postgres.url), withoutPassword(neon)] as const]),
  ].reduce((result, [here, shown]) => result.replaceAll(here, shown), text)
const withoutPassword = (url: string): string => url.replace(/:[^:@/]+@/, '@')

/** A page as it is followed. */
interface Following {
  readonly shell: ReturnType<typeof openShell>
  readonly ids: Map<string, string>
  /** True once the page has started the service itself, for production. */
  isServed: boolean
}

async function runCommand(command: string, following: Following): Promise<string> {
  if (isSetup(command)) return ''
  if (command === 'npx plinth dev') return startServer()
  if (command.includes('plinth start')) {
    await stopServer()
    following.isServed = true
  }
  if (server === undefined && !following.isServed && /\bcurl\b|^node /.test(command))
    await startServer()
  // npm's npx takes longer to start than most commands: the shell finds the same ones in its PATH
  return following.shell.run(await withAddresses(command.replaceAll('npx ', '')))
}

/** Does a step, and returns the output of its commands. */
async function follow(step: TutorialStep, following: Following): Promise<string | undefined> {
  if (step.kind === 'file') {
    // A server that runs would apply a migration, and the one that the page starts next would have none to apply.
    await stopServer()
    project.write(step.name, step.text)
    return undefined
  }
  const outputs: string[] = []
  for (const command of step.commands) outputs.push(await runCommand(command, following))
  return settledOutput(
    withoutAddresses(
      outputs
        .map((output) => output.trim())
        .filter(Boolean)
        .join('\n\n'),
    ),
    following.ids,
  )
}

describe.each(pages)('%s', (name) => {
  const file = join(root, name)
  const page = readFileSync(file, 'utf8')
  const recorded: { readonly at: readonly [number, number]; readonly text: string }[] = []

  it('can be followed, and prints what the page shows', async () => {
    await using shell = openShell(project.folder, { ...env, BETTER_AUTH_SECRET: secret })
    const following: Following = { shell, ids: new Map(), isServed: false }
    for (const step of readSteps(page)) {
      const output = await follow(step, following)
      if (step.kind === 'file' || step.outputAt === undefined) continue
      if (isRecording) recorded.push({ at: step.outputAt, text: `${output}\n` })
      else expect(output, `${name}:${step.line}`).toBe(step.output?.trim())
    }
    if (!isRecording) return
    const written = recorded
      .toReversed()
      .reduce(
        (text, { at: [from, to], text: output }) => text.slice(0, from) + output + text.slice(to),
        page,
      )
    writeFileSync(file, written)
  })
})
