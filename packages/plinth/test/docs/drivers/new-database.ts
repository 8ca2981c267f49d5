import { database } from '../../../src/database/database.ts'

/** Creates a database on the server of the tests, with these tables; resolves with its URL. */
export async function newDatabase(name: string, tables: readonly string[]): Promise<string> {
  const server = process.env['PLINTH_TEST_DATABASE_URL'] ?? ''
  const admin = database(server, { max: 1 })
  await admin.execute(`create database ${name}`)
  await admin.close()
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const db = database(url, { max: 1 })
  for (const table of tables) await db.execute(table)
  await db.close()
  return url
}
