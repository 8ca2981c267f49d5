// A database that another tool made becomes the database of a service, without a change to any of its rows.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { adoptedProject, type AdoptedProject } from '../support/adopt/adopted-project.ts'
import { origins } from '../support/adopt/origins.ts'

const made: AdoptedProject[] = []
afterAll(() => {
  for (const one of made) one.remove()
})
async function project(statements: readonly string[]): Promise<AdoptedProject> {
  const one = await adoptedProject(statements)
  made.push(one)
  return one
}
const modelsOf = ({ root }: AdoptedProject): string => join(root, 'src', 'models.ts')

describe.each(origins)('a database of $tool', (origin) => {
  it('is adopted, migrated and served, and keeps every row', async () => {
    const service = await project(origin.statements)
    const before = await service.rows()

    const pulled = await service.db('pull', '--json')
    expect(pulled, pulled.output).toMatchObject({ code: 0 })
    const report = JSON.parse(pulled.stdout) as {
      models: { model: string }[]
      ignored: unknown[]
      difference: unknown
    }
    expect(report.models.map(({ model }) => model).toSorted()).toEqual(origin.models)
    expect(report.ignored).toContainEqual({ table: origin.versionTable, of: origin.tool })
    expect(report.difference).toEqual([])

    const again = await service.db('pull')
    expect(again).toMatchObject({ code: 1 })
    expect(again.output).toContain('src/models.ts exists. Write another file with --out')

    const baseline = await service.db('baseline')
    expect(baseline, baseline.output).toMatchObject({ code: 0 })
    const [name = ''] = readdirSync(service.migrations)
    expect(name).toMatch(/^\d{14}_baseline$/)
    expect(baseline.output).toContain(`recorded ${name}`)
    expect((await service.db('baseline')).output).toContain('recorded as applied already')
    expect(await service.db('check')).toMatchObject({ code: 0 })
    expect(await service.rows()).toEqual(before)

    const source = readFileSync(modelsOf(service), 'utf8')
    const changed = source.replace(...origin.change)
    expect(changed).not.toBe(source)
    writeFileSync(modelsOf(service), changed)
    const generated = await service.db('generate')
    expect(generated, generated.output).toMatchObject({ code: 0 })
    expect(service.newest()).toMatch(/^ALTER TABLE "\w+" ADD COLUMN "\w+" varchar\(\d+\);\n$/)
    expect(await service.db('migrate')).toMatchObject({ code: 0 })
    expect(await service.db('check')).toMatchObject({ code: 0 })
    expect(await service.rows()).toMatchObject(before)

    const responses = await service.serve(origin.served, origin.calls)
    expect(responses.map(({ status }) => status)).toEqual(
      origin.calls.map(([, , , status]) => status),
    )
    expect(responses[0]?.body).toMatchObject({ items: [expect.any(Object)] })
    expect(responses[2]?.body).toMatchObject(origin.calls[2]?.[2] as object)
  })
})
