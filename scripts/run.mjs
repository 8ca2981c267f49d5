// The first step of every command. It is plain JavaScript for Node 18 and newer: it installs
// missing packages, then runs the command under Node 24.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isInstalled } from './is-installed.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')

/** The steps of each command of the root package.json, as lists of arguments for Node. */
const commands = {
  start: [['apps/api/src/main.ts']],
  dev: [['scripts/dev.ts']],
  test: [['node_modules/vitest/vitest.mjs', 'run']],
  check: [['scripts/check.ts']],
  bench: [['bench/src/main.ts']],
  load: [['packages/plinth/test/load/main.ts']],
  fix: [
    ['node_modules/oxlint/bin/oxlint', '--type-aware', '--fix'],
    ['node_modules/oxfmt/bin/oxfmt', '.'],
  ],
  'bench:types': [['scripts/bench-types.ts']],
  docs: [['scripts/docs.ts', 'build']],
  'docs:dev': [['scripts/docs.ts', 'dev']],
  'docs:check': [['scripts/docs.ts', 'check']],
  'docs:pictures': [['scripts/docs.ts', 'pictures']],
  release: [['scripts/release.ts']],
}

const [name = '', ...extra] = process.argv.slice(2)
const steps = commands[name]
if (!steps) {
  console.error(`Unknown command '${name}'. Expected one of: ${Object.keys(commands).join(', ')}.`)
  process.exit(2)
}
if (!isInstalled(root)) install()
const node = findNode()
// a later step runs even if an earlier one fails: format also what lint could not fix
for (const step of steps)
  process.exitCode = (await run(node, [...step, ...extra])) || process.exitCode

function install() {
  console.error('Installing dependencies (first start only)…')
  const npm = spawnSync(
    'npm',
    // with NODE_ENV=production, too, the commands need Node 24 and the tools, which are dev
    // dependencies
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm must not run on the Node in the folder that it is about to replace
      env: { ...process.env, PATH: pathWithout(bin) },
    },
  )
  if (npm.status === 0) return
  if (npm.signal) process.exit(130)
  console.error(npm.stdout ?? '', npm.stderr ?? '')
  console.error(
    `\`npm ci\` failed${npm.error ? ` (${npm.error.message})` : ''}; its output is above.`,
  )
  process.exit(1)
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const own = join(bin, 'node')
  if (existsSync(own) && spawnSync(own, ['--version']).status === 0) return own
  console.error(
    `Plinth needs Node 24 or newer and this is ${process.version}: install it from https://nodejs.org and run the command again.`,
  )
  return process.exit(1)
}

/** Runs one step to its end, and returns its exit code. */
function run(node, args) {
  const child = spawn(node, args, {
    cwd: root,
    stdio: 'inherit',
    env: {
      // TypeScript is stripped and compiled once, not at every start
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'),
      ...process.env,
      PATH: `${bin}${delimiter}${pathWithout(bin)}`,
    },
  })
  const stopForwarding = forwardSignals(child)
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${node} cannot be started: ${error.message}`)
      resolve(1)
    })
    child.on('exit', (code, signal) => {
      stopForwarding()
      // dies of the same signal as the child, so that the caller sees it
      if (signal) process.kill(process.pid, signal)
      else resolve(code ?? 1)
    })
  })
}

function forwardSignals(child) {
  const last = new Map()
  const forward = (signal) => {
    // the terminal and npm both forward a Ctrl-C: a repetition within a second is the same one
    const now = Date.now()
    if (now - (last.get(signal) ?? 0) < 1000) return
    last.set(signal, now)
    // on a terminal the child is in the same process group and has already received SIGINT
    if (signal === 'SIGINT' && process.stdin.isTTY) return
    child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)
  return () => {
    for (const signal of signals) process.off(signal, forward)
  }
}

function pathWithout(folder) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => entry !== folder)
    .join(delimiter)
}
