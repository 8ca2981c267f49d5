// @module-tag postgres
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliProject } from '../support/cli-project.ts'
import { migrationProject } from '../support/migrations/project.ts'
import { startPostgres } from '../support/postgres/postgres-server.ts'

describe('plinth db, on a server that is away', () => {
  const url = 'postgres://ann:a-secret-word@127.0.0.1:1/app'
  const service = migrationProject(url, { connectTimeout: 2500 })
  beforeAll(() => service.models(`export const Task = model('tasks', { id: id() })`))
  afterAll(() => service.remove())

  it('generates migrations', async () => {
    expect(await service.db('generate')).toMatchObject({ code: 0 })
  })

  // at once, because each waits for the server before it gives up
  it.concurrent.each([
    ['status'],
    ['check'],
    ['migrate'],
    ['seed'],
    ['reset', '--yes'],
    ['pull', '--force'],
    ['baseline'],
    ['migrate', '--json'],
  ])('%s names the host, the port, the cause and the fix', async (...args) => {
    const { code, output } = await service.db(...args)
    expect(code).toBe(1)
    expect(output).toContain(
      '@127.0.0.1:1/app cannot be opened (ECONNREFUSED): nothing listens there: start the server, or correct DATABASE_URL',
    )
    expect(output).not.toContain('a-secret-word')
  })
})

describe('plinth db, on a server that is starting', () => {
  it('says soon that nothing listens there, tries again, and continues when it is there', async () => {
    const server = await startPostgres({ resumable: true })
    using project = cliProject({
      'src/database.ts': `import { database } from 'plinth'
export const db = database('${server.url}', { connectTimeout: 120_000 })
`,
      'src/api.ts': undefined,
      'src/notes.ts': undefined,
      'src/env.ts': undefined,
    })
    await server.halt()
    await using migrating = project.run(['db', 'migrate'])
    await migrating.until(/cannot be opened \(ECONNREFUSED\): nothing listens there.* Trying again/)
    await server.resume()
    expect(await migrating.ended, migrating.said).toBe(0)
    expect(migrating.stdout).toContain('applied 20260101000000_initial')
    // said once, although it tried several times
    expect(migrating.said.match(/nothing listens/g)).toHaveLength(1)
    await server.stop()
  })
})
