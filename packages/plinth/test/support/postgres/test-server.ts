import { afterAll, afterEach, beforeAll } from 'vitest'
import { startPostgres, type PostgresServer } from './postgres-server.ts'
import { database, type Database, type DatabaseOptions } from '../../../src/database/database.ts'

/** A Postgres server for the tests of a file. */
export interface TestServer {
  readonly server: PostgresServer
  /** A database of its own for setup, and for a look from outside. */
  readonly admin: Database
  /** Opens a database for one test. */
  readonly connect: (options?: DatabaseOptions, url?: string) => Database
  /** Closes something after the test. */
  readonly closing: <T extends { close(): unknown }>(opened: T) => T
}

/** Starts a Postgres server before the tests of a file, with tables made by these statements. */
export function testServer(...statements: readonly string[]): TestServer {
  let server: PostgresServer
  let admin: Database
  const open: { close(): unknown }[] = []
  beforeAll(async () => {
    server = await startPostgres()
    admin = database(server.url)
    for (const statement of statements) await admin.execute(statement)
  })
  afterAll(async () => {
    await admin?.close()
    await server?.stop()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()))
  })
  const closing: TestServer['closing'] = (opened) => {
    open.push(opened)
    return opened
  }
  return {
    get server() {
      return server
    },
    get admin() {
      return admin
    },
    connect: (options = {}, url = server.url) => closing(database(url, options)),
    closing,
  }
}
