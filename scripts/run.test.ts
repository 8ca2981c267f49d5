import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtempSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plinth-run-'))
  for (const folder of ['scripts', 'apps/api/src', 'node_modules/.bin']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  for (const file of ['run.mjs', 'is-installed.mjs']) {
    copyFileSync(join(import.meta.dirname, file), join(root, 'scripts', file))
  }
})
afterEach(() => rmSync(root, { recursive: true }))

const main = (text: string): void => writeFileSync(join(root, 'apps/api/src/main.ts'), text)
const lock = (file: string, packages: object): void =>
  writeFileSync(join(root, file), JSON.stringify({ name: 'a', lockfileVersion: 3, packages }))

const start = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), 'start', ...args], {
    cwd: tmpdir(),
    encoding: 'utf8',
  })

test('a command runs in the root with its tools first on PATH, and passes on arguments and exit code', () => {
  main(`
    console.log(process.cwd(), process.env.PATH.split(':')[0], process.argv.slice(2).join())
    process.exit(7)
  `)
  const { stdout, status } = start('--one', 'two')
  expect(stdout.trim()).toBe(`${root} ${join(root, 'node_modules/.bin')} --one,two`)
  expect(status).toBe(7)
})

test('an unknown command is reported with the list of commands', () => {
  const { stderr, status } = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), 'strat'], {
    encoding: 'utf8',
  })
  expect(stderr).toContain(
    "Unknown command 'strat'. Expected one of: start, dev, test, check, bench, load, fix",
  )
  expect(status).toBe(2)
})

test('missing packages of the lock file are installed first, with one line of output, and once', () => {
  const manifest = { name: 'a', version: '1.0.0', dependencies: { b: 'file:b' } }
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  mkdirSync(join(root, 'b'))
  writeFileSync(join(root, 'b/package.json'), '{ "name": "b", "version": "1.0.0" }')
  lock('package-lock.json', {
    '': manifest,
    b: { version: '1.0.0' },
    'node_modules/b': { resolved: 'b', link: true },
  })
  main(`console.log('started')`)
  const first = start()
  expect(first.stderr).toBe('Installing dependencies (first start only)…\n')
  expect(first.stdout).toBe('started\n')
  expect(existsSync(join(root, 'node_modules/b/package.json'))).toBe(true)
  expect(start().stderr).toBe('')
})

test('a failed install shows the output of npm, and starts nothing', () => {
  writeFileSync(join(root, 'package.json'), '{ "dependencies": { "b": "1.0.0" } }')
  lock('package-lock.json', { '': {}, 'node_modules/c': { version: '1.0.0' } })
  main(`console.log('started')`)
  const { stdout, stderr, status } = start()
  expect(status).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain('npm error')
  expect(stderr).toContain('`npm ci` failed')
})

const signalled = `
  import { appendFileSync } from 'node:fs'
  const stay = setInterval(() => {}, 1000)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
    appendFileSync('signals', signal + ' ')
    setTimeout(() => { clearInterval(stay); process.exitCode = 3 }, 300)
  })
  console.log('ready')
`

const running = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s reaches the command once even if it comes twice, and the exit is awaited',
  async (signal) => {
    main(signalled)
    const child = await running()
    child.kill(signal)
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([3, null])
    expect(readFileSync(join(root, 'signals'), 'utf8')).toBe(`${signal} `)
  },
)

test('a command that dies of a signal passes on the signal', async () => {
  main(`setInterval(() => {}, 1000); console.log('ready')`)
  const child = await running()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
})
