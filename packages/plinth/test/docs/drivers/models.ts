import type { Drive, Drivers } from './driver.types.ts'
import { statementsOf, useModels } from './generated.ts'

const tasks = (values: string): string => `import { id, model } from 'plinth'
import * as z from 'zod'

export const Task = model('tasks', { id: id(), level: z.enum([${values}]) })
`

/** The statements of the migration for a file, with these words in them. */
async function generate(drive: Drive, file: string, words: RegExp): Promise<string> {
  useModels(drive, file)
  const statements = statementsOf(await drive.plinth('npx plinth db generate'))
  return statements.filter((statement) => words.test(statement)).join('\n')
}

export const drivers: Drivers = {
  references: async (drive) => [
    await generate(drive, 'references-0.ts', /projects_id_user_id_key|tasks_project_id/),
  ],
  enums: async (drive) => {
    drive.write('two.ts', tasks("'low', 'high'"))
    drive.write('three.ts', tasks("'low', 'high', 'urgent'"))
    drive.remove('migrations')
    await generate(drive, 'two.ts', /./)
    return [await generate(drive, 'three.ts', /./)]
  },
}
