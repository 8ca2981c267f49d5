import * as z from 'zod'
import { app, createLogger, id, listing, model, owner, router } from '../../../src/index.ts'
import type { Drivers } from './driver.types.ts'
import { statementsOf, useModels } from './generated.ts'

const indexed = `import { app, createdAt, id, listing, model, owner, router } from 'plinth'
import * as z from 'zod'

export const Task = model('tasks', {
  id: id(),
  dueAt: z.date().nullable(),
  userId: owner(),
  createdAt: createdAt(),
})
const { query } = listing(Task, { sort: ['-createdAt', '-dueAt'] })
const list = router('/tasks').get('/', { query }, () => [])
export const api = app({ title: 'Tasks', routes: { tasks: { list } } })
`

export const drivers: Drivers = {
  indexes: async (drive) => {
    drive.write('indexed.ts', indexed)
    useModels(drive, 'indexed.ts', 'indexed.ts')
    const statements = statementsOf(await drive.plinth('npx plinth db generate'))
    const added = statements.filter((statement) => /_created_at_|_due_at_/.test(statement))

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
    return [added.join('\n'), ...lines]
  },
}
