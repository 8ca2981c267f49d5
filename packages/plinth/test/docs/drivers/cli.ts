import type { Drivers } from './driver.types.ts'
import { useModels } from './generated.ts'

const models = `import { id, model, owner, references } from 'plinth'
import * as z from 'zod'

export const Project = model('projects', {
  id: id(),
  name: z.string().max(100),
  userId: owner(),
})
export const Task = model('tasks', {
  id: id(),
  projectId: references(() => Project, { nullable: true }),
  userId: owner(),
})
`

export const drivers: Drivers = {
  'plinth-db-diagram-and-plinth-routes---graph': async (drive) => {
    drive.write('models.ts', models)
    useModels(drive, 'models.ts')
    return [await drive.plinth('npx plinth db diagram')]
  },
}
