import { afterAll, describe, expect, it } from 'vitest'
import { migrationProject } from '../support/migrations/project.ts'

const service = migrationProject('postgres://ann:a-secret-word@127.0.0.1:1/app')
afterAll(() => service.remove())

describe('plinth db, on a server that is away', () => {
  it('generates migrations', { timeout: 60_000 }, async () => {
    service.models(`export const Task = model('tasks', { id: id() })`)
    expect(await service.db('generate')).toMatchObject({ code: 0 })
  })

  it.each([
    ['status'],
    ['check'],
    ['migrate'],
    ['seed'],
    ['reset', '--yes'],
    ['migrate', '--json'],
  ])('%s names the host, the port, the cause and the fix', { timeout: 60_000 }, async (...args) => {
    const { code, output } = await service.db(...args)
    expect(code).toBe(1)
    expect(output).toContain(
      '@127.0.0.1:1/app cannot be opened (ECONNREFUSED): nothing listens there: start the server, or correct DATABASE_URL',
    )
    expect(output).not.toContain('a-secret-word')
  })
})
