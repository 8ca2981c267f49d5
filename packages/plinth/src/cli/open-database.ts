import { type Database, sharedOf } from '../database/database.ts'
import type { Output } from './output.ts'
import { loadDatabase, type Project } from './project.ts'

/** Milliseconds after which a person wants to know why nothing happens. */
const patience = 1000

/**
 * Connects to a database. While it retries, it says why: the server may be starting, or the URL may be wrong.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_UNAVAILABLE`: names the host, the cause and the fix
 */
export async function connect(db: Database, out: Output): Promise<void> {
  const began = performance.now()
  let isTold = false
  await sharedOf(db, 'plinth').driver.open(({ message }) => {
    if (isTold || performance.now() - began < patience) return
    isTold = true
    out.note(`${out.style('yellow', 'note:')} ${message}. Trying again, in case it is starting`)
  })
}

/**
 * Loads the database of the service and connects to it.
 *
 * @throws {PlinthError} as {@link loadDatabase} and {@link connect}
 */
export async function openDatabase(project: Project, out: Output): Promise<Database> {
  const db = await loadDatabase(project)
  await connect(db, out)
  return db
}
