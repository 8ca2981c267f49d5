import type { Drivers } from './driver.types.ts'
import { useModels } from './generated.ts'

const models = (note: string): string => `import { id, model } from 'plinth'
import * as z from 'zod'

export const Task = model('tasks', {
  id: id(),
  title: z.string().max(200),${note}
})
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
}
