// Runs the test suite with the newest versions that the published packages allow, in a clone in a temporary folder:
// `node scripts/test-newest.ts`, or a part of it: `node scripts/test-newest.ts --project unit packages/plinth/src/http`.
// It installs from the registry, so it is not part of `npm test`. It exits with the suite's code.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compareVersions, installedVersions, widenManifests } from './newest/newest-manifests.ts'
import { outsideEnvironment } from './packages/outside.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'plinth-newest-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

cloneInto(folder)
const ranges = widenManifests(folder)
rmSync(join(folder, 'package-lock.json'))
run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])

const pinned = installedVersions(join(root, 'package-lock.json'))
const newest = installedVersions(join(folder, 'package-lock.json'))
console.log(`${compareVersions(ranges, pinned, newest)}\n`)

const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
process.exitCode = run(process.execPath, [vitest, 'run', ...process.argv.slice(2)], true)

/** Clones the repository, and copies over it what is not committed yet. */
function cloneInto(target: string): void {
  run('git', ['clone', '--quiet', '--no-hardlinks', root, target])
  const { stdout } = spawnSync('git', ['ls-files', '-z', '-mo', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of stdout.split('\0').filter(Boolean)) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(target, file))
    else rmSync(join(target, file), { force: true })
  }
}

/** Runs a command in the clone and returns its exit code; a failure ends the script unless `mayFail` is set. */
function run(command: string, args: readonly string[], mayFail = false): number {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: folder,
    stdio: 'inherit',
    env: outsideEnvironment(),
  })
  const code = status ?? 1
  if (code === 0 || (mayFail && !error)) return code
  console.error(`${command} ${args.join(' ')} ended with ${error?.message ?? status ?? signal}`)
  return process.exit(1)
}
