import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrationProject } from '../support/migrations/project.ts'

const service = migrationProject('postgres://ann:a-secret-word@127.0.0.1:1/app')
beforeAll(() => service.models(`export const Task = model('tasks', { id: id() })`))
afterAll(() => service.remove())

describe('plinth db, on a server that is away', () => {
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
