import * as z from 'zod'
import { app, createLogger, id, listing, model, owner, router } from '../../../src/index.ts'
import type { Drivers } from './driver.types.ts'

export const drivers: Drivers = {
  indexes: async () => {
    const Task = model('tasks', { id: id(), title: z.string().max(1000), userId: owner() })
    const { query } = listing(Task, { sort: ['-title'] })
    const list = router('/tasks').get('/', { query }, () => [])
    const lines: string[] = []
    const log = createLogger({
      level: 'warn',
      format: 'json',
      destination: { write: (line) => lines.push((JSON.parse(line) as { msg: string }).msg) },
    })
    await app({ title: 'Tasks', routes: { tasks: { list } }, log }).start()
    return lines
  },
}
