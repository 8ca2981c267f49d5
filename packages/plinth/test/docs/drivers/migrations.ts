import type { Drivers } from './driver.types.ts'

const models = (note: string): string => `import { id, model } from 'plinth'
import * as z from 'zod'

export const Task = model('tasks', {
  id: id(),
  title: z.string().max(200),${note}
})
`

export const drivers: Drivers = {
  start: async ({ write, plinth, commands }) => {
    write('package.json', JSON.stringify({ type: 'module', plinth: { models: 'before.ts' } }))
    write('before.ts', models(''))
    await plinth('npx plinth db generate')
    write('package.json', JSON.stringify({ type: 'module', plinth: { models: 'after.ts' } }))
    write('after.ts', models('\n  note: z.string().nullable(),'))
    const output = await plinth(commands[0] ?? '')
    return [output.slice(output.indexOf('ALTER'))]
  },
}
