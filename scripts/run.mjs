// The first thing every command runs, so plain JavaScript that any Node from 18 on understands: it installs what
// is missing, then hands over to the real command under Node 24.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isInstalled } from './is-installed.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')

/** What each command of the root package.json runs, as lists of arguments for Node. */
const commands = {
  start: [['apps/api/src/main.ts']],
  dev: [['scripts/dev.ts']],
  test: [['node_modules/vitest/vitest.mjs', 'run']],
  check: [['scripts/check.ts']],
  bench: [['bench/src/main.ts']],
  fix: [
    ['node_modules/oxlint/bin/oxlint', '--type-aware', '--fix'],
    ['node_modules/oxfmt/bin/oxfmt', '.'],
  ],
  'bench:types': [['scripts/bench-types.ts']],
}

const [name = '', ...extra] = process.argv.slice(2)
const steps = commands[name]
if (!steps) {
  console.error(`There is no command '${name}'. There are: ${Object.keys(commands).join(', ')}.`)
  process.exit(2)
}
if (!isInstalled(root)) install()
const node = findNode()
// a later step runs whatever an earlier one says: format what lint could not repair
for (const step of steps)
  process.exitCode = (await run(node, [...step, ...extra])) || process.exitCode

function install() {
  console.error('Installing dependencies (first start only)…')
  const npm = spawnSync(
    'npm',
    // whoever says NODE_ENV=production still needs the Node and the tools that come as dev dependencies
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm must not run on the Node inside the folder that it is about to replace
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

/** Runs one step to its end; gives its exit code. */
function run(node, args) {
  const child = spawn(node, args, {
    cwd: root,
    stdio: 'inherit',
    env: {
      // TypeScript is stripped and compiled once, and not at each start
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
      // dying of the same signal tells the caller what the child would have told it
      if (signal) process.kill(process.pid, signal)
      else resolve(code ?? 1)
    })
  })
}

function forwardSignals(child) {
  const last = new Map()
  const forward = (signal) => {
    // a terminal and npm each send the same Ctrl-C: what comes again within a second is the same one
    const now = Date.now()
    if (now - (last.get(signal) ?? 0) < 1000) return
    last.set(signal, now)
    // on a terminal the child is in the same process group and has had its SIGINT already
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
