import type { Drivers } from './driver.types.ts'
import { newDatabase } from './new-database.ts'

/** The tables of a service in FastAPI and SQLModel. */
const tables = [
  `create table "user" (id uuid primary key, email varchar(255) not null, is_active boolean not null)`,
  `create unique index ix_user_email on "user" (email)`,
  `create table item (id uuid primary key, title varchar(255) not null, created_at timestamptz,
    owner_id uuid not null references "user" (id) on delete cascade)`,
  'create table alembic_version (version_num varchar(32) primary key)',
]

export const drivers: Drivers = {
  start: async ({ commands, plinth, write }) => {
    const url = await newDatabase('adopted', tables)
    const parts = { database: 'database.ts', models: 'src/models.ts', api: 'api.ts' }
    write('package.json', JSON.stringify({ type: 'module', plinth: parts }))
    write(
      'database.ts',
      `import { database } from 'plinth'\nexport const db = database('${url}')\n`,
    )
    write(
      'api.ts',
      `import { app } from 'plinth'\nexport const api = app({ title: 'x', routes: {} })\n`,
    )
    const outputs: string[] = []
    for (const command of commands.slice(0, 3)) outputs.push((await plinth(command)).trim())
    return [outputs.join('\n\n')]
  },
}
