import type { Drivers } from './driver.types.ts'
import { useModels } from './generated.ts'
import { newDatabase } from './new-database.ts'

const models = (note: string): string => `import { id, model } from 'plinth'
import * as z from 'zod'

export const Task = model('tasks', {
  id: id(),
  title: z.string().max(200),${note}
})
`

/** The migration that `plinth db generate` writes for a check, a required field, and a reference. */
const requireTitle = `ALTER TABLE "tasks" ADD CONSTRAINT "tasks_level_min" CHECK ("level" >= 20) NOT VALID;
--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_title_filled" CHECK ("title" IS NOT NULL) NOT VALID;
--> statement-breakpoint
-- plinth:alone
CREATE INDEX CONCURRENTLY "tasks_project_id_idx" ON "tasks" ("project_id");
--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") NOT VALID;
--> statement-breakpoint
-- plinth:alone
ALTER TABLE "tasks" VALIDATE CONSTRAINT "tasks_title_filled";
--> statement-breakpoint
-- plinth:alone
ALTER TABLE "tasks" VALIDATE CONSTRAINT "tasks_project_id_fkey";
--> statement-breakpoint
-- plinth:alone
ALTER TABLE "tasks" VALIDATE CONSTRAINT "tasks_level_min";
--> statement-breakpoint
ALTER TABLE "tasks" ALTER COLUMN "title" SET NOT NULL;
--> statement-breakpoint
ALTER TABLE "tasks" DROP CONSTRAINT "tasks_title_filled";
`

export const drivers: Drivers = {
  start: async (drive) => {
    drive.write('before.ts', models(''))
    useModels(drive, 'before.ts')
    await drive.plinth('npx plinth db generate')
    drive.write('after.ts', models('\n  note: z.string().nullable(),'))
    useModels(drive, 'after.ts')
    return [await drive.plinth(drive.commands[0] ?? '')]
  },
  'safe-forms-that-plinth-writes': async ({ write, plinth }) => {
    const url = await newDatabase('unfilled', [
      'create table projects (id uuid primary key)',
      'create table tasks (level bigint, title text, project_id uuid)',
      'insert into tasks values (11, null, gen_random_uuid())',
    ])
    const name = '20261201021453_require_tasks_title'
    write(
      'database.ts',
      `import { database } from 'plinth'\nexport const db = database('${url}')\n`,
    )
    write(
      'package.json',
      JSON.stringify({
        type: 'module',
        plinth: { database: 'database.ts', migrations: 'unfilled' },
      }),
    )
    write(`unfilled/${name}/migration.sql`, requireTitle)
    return [await plinth('npx plinth db migrate')]
  },
}
