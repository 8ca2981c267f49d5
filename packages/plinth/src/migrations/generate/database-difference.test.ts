import * as kit from 'drizzle-kit/api-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { database } from '../../database/database.ts'
import { field, id } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { databaseDifference } from './database-difference.ts'
import { stateOfModels } from './models-state.ts'

const Project = model('projects', { id: id() })
const Task = model('tasks', {
  id: id(),
  title: field(z.string().min(1).max(100), { unique: true, index: true }),
  level: z.enum(['low', 'high']).default('low'),
  projectId: field(z.uuid().nullable(), { references: () => Project.id, onDelete: 'cascade' }),
})
const models = { Project, Task }
const db = database('pglite:memory')
afterAll(() => db.close())

describe('a database differs from its models where', () => {
  beforeAll(async () => {
    const empty = await kit.generateDrizzleJson({})
    const statements = await kit.generateMigration(empty, await stateOfModels(kit, models))
    for (const statement of statements) await db.execute(statement)
  })
  const differs = async () =>
    databaseDifference(kit, db, { models, states: [await stateOfModels(kit, models)] })

  it.each([
    ['a column is new', 'alter table tasks add column more text'],
    ['a column is gone', 'alter table tasks drop column level'],
    ['a column has another name', 'alter table tasks rename level to rank'],
    ['a table is gone', 'drop table projects cascade'],
    ['a default is another', "alter table tasks alter level set default 'high'"],
    ['a default is gone', 'alter table tasks alter id drop default'],
    ['a column may be null', 'alter table tasks alter title drop not null'],
    ['a column may not be null', 'alter table tasks alter project_id set not null'],
    ['a type is another', 'alter table tasks alter title type text'],
    ['an index is new', 'create index more on tasks (title)'],
    ['an index is gone', 'drop index tasks_title_idx'],
    ['a CHECK is new', 'alter table tasks add constraint more check (id is not null)'],
    ['a CHECK is gone', 'alter table tasks drop constraint tasks_title_min'],
    ['a unique constraint is gone', 'alter table tasks drop constraint tasks_title_key'],
    ['a foreign key is gone', 'alter table tasks drop constraint tasks_project_id_fkey'],
    [
      'a foreign key does something else',
      'alter table tasks drop constraint tasks_project_id_fkey, add constraint tasks_project_id_fkey foreign key (project_id) references projects (id)',
    ],
    ['rows are kept apart', 'alter table tasks enable row level security'],
  ])('%s', async (_, statement) => {
    await expect(
      db.transaction(async (tx) => {
        await tx.execute(statement)
        const found = await databaseDifference(kit, tx as never, {
          models,
          states: [await stateOfModels(kit, models)],
        })
        expect(found.length).toBeGreaterThan(0)
        throw new Error('back to what it was')
      }),
    ).rejects.toThrow('back to what it was')
    expect(await differs()).toEqual([])
  })

  it('a table of another program is ignored', async () => {
    await db.execute('create table others (id int); create schema auth; create table auth.tasks ()')
    expect(await differs()).toEqual([])
  })
})
