// `plinth dev` on a terminal: keys, and type errors beside.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settledOutput } from '../docs/settled-output.ts'
import { shownOutput } from '../docs/shown-output.ts'
import { childEnvironment } from '../support/child-environment.ts'
import { cliProject, main, secret, type CliProject } from '../support/cli-project.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const tsconfig = JSON.stringify({
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: [],
  },
  include: ['src/count.ts'],
})

let project: CliProject
let terminal: Terminal
beforeAll(() => {
  project = cliProject({
    'tsconfig.json': tsconfig,
    'src/count.ts': 'export const count: number = 1\n',
    // The opener of the platform, which keeps what it was asked to open.
    'bin/xdg-open': '#!/bin/sh\necho "$1" >> "$OPENED"\n',
  })
  chmodSync(join(project.folder, 'bin/xdg-open'), 0o755)
  mkdirSync(join(project.folder, 'node_modules'), { recursive: true })
  symlinkSync(
    join(root, 'node_modules/typescript'),
    join(project.folder, 'node_modules/typescript'),
  )
  const api = project.read('src/api.ts')
  project.write('src/api.ts', `import { count } from './count.ts'\nconsole.log(count > 0)\n${api}`)
  terminal = open()
})
afterAll(async () => {
  await terminal?.end()
  project?.[Symbol.dispose]()
})

// `script` of macOS has other arguments.
describe.runIf(process.platform === 'linux')('plinth dev on a terminal', () => {
  it('opens the pages, helps, and restarts at the press of a key', async () => {
    const [, url = ''] = await terminal.until(/API +(http:\/\/localhost:\d+)/)
    await terminal.until(/Press Ctrl-C to stop, h for help/)
    terminal.press('h')
    await terminal.until(/d {2}open the development page[\s\S]*r {2}restart[\s\S]*q {2}quit/)
    terminal.press('o')
    await expect.poll(opened).toEqual([`${url}/docs`])
    terminal.press('d')
    await expect.poll(opened).toEqual([`${url}/docs`, `${url}/_plinth`])
    terminal.press('r')
    await terminal.until(/r was pressed: restarted in/)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
  })

  it('prints the address if there is no browser to open', async () => {
    project.write('bin/xdg-open', '#!/bin/sh\nexit 3\n')
    terminal.press('o')
    await terminal.until(/Open http:\/\/localhost:\d+\/docs/)
  })

  it('shows type errors of the service beside, and says when they are mended', async () => {
    const from = terminal.said().length
    project.write('src/count.ts', "export const count: number = 'one'\n")
    await terminal.until(
      /src\/count\.ts:1:14 Type 'string' is not assignable to type 'number'\./,
      from,
    )
    const shown = shownOutput('docs/development.md', 'types:').split('\n')
    const said = settledOutput(terminal.said().slice(from), new Map())
      .replaceAll('src/count.ts', 'src/tasks.ts')
      .replace(':1:14', ':12:7')
    for (const line of shown) expect(said).toContain(line)
    // It runs all the same.
    expect(terminal.said().slice(from)).toMatch(/src\/count\.ts changed: reloaded in/)
    const mended = terminal.said().length
    project.write('src/count.ts', 'export const count: number = 2\n')
    await terminal.until(/no type errors/, mended)
  })

  it('ends with q, and leaves the terminal as it was', async () => {
    terminal.press('q')
    // What the shell prints about the terminal afterwards.
    const [settings] = await terminal.until(/exit 0[\s\S]*[ ]echo[ ]/)
    expect(settings).toMatch(/[\s]icanon[\s]/)
    expect(settings).toMatch(/[\s]isig[\s]/)
    expect(settings).toMatch(/[\s]echo[\s]/)
    expect(existsSync(join(project.folder, '.plinth/dev.lock'))).toBe(false)
  })
})

const openedFile = (): string => join(project.folder, 'opened')
const opened = (): string[] =>
  existsSync(openedFile()) ? readFileSync(openedFile(), 'utf8').trim().split('\n') : []

interface Terminal {
  said(): string
  press(key: string): void
  until(pattern: RegExp, from?: number): Promise<RegExpExecArray>
  end(): Promise<void>
}

/** Runs `plinth dev` in a pseudo terminal, and prints the settings of the terminal afterwards. */
function open(): Terminal {
  const command = `"${process.execPath}" "${main}" dev --port 0; echo "exit $?"; stty -a`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: project.folder,
    env: {
      ...childEnvironment(),
      PATH: `${join(project.folder, 'bin')}:${process.env['PATH']}`,
      OPENED: openedFile(),
      BETTER_AUTH_SECRET: secret,
      NO_COLOR: '1',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    said: () => said,
    press: (key) => void child.stdin.write(key),
    until: async (pattern, from = 0) => {
      await expect.poll(() => said.slice(from), { timeout: 200_000 }).toMatch(pattern)
      return pattern.exec(said.slice(from))!
    },
    end: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
