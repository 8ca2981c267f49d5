// A service without a database, which `plinth start` serves under load.
import { cliProject, type CliProject } from '../support/cli-project.ts'

/** The number of lines that a request to `/log` logs, its access line included. */
export const linesPerRequest = 21

const api = `import { app, router } from 'plinth'
import { existsSync } from 'node:fs'
import * as z from 'zod'

const routes = router('')
const pid = routes.get('/pid', { response: z.object({ pid: z.int() }) }, () => ({ pid: process.pid }))
// Blocks the event loop until there is a file of that name.
const spin = routes.get('/spin/:file', {}, ({ params }) => {
  console.log(JSON.stringify({ level: 'info', spins: process.pid }))
  while (!existsSync(String(params.file)));
  return process.pid
})
const log = routes.get('/log', {}, ({ log }) => {
  for (let i = 1; i < ${linesPerRequest}; i++) log.info({ text: 'x'.repeat(6000) }, 'text')
})
// Load shedding has its own tests: here, a 503 would be a lost request.
export const api = app({
  title: 'Load',
  routes: { routes: { pid, spin, log } },
  limits: { eventLoopDelay: 0 },
})
`

/** Makes its folder. */
export const loadProject = (): CliProject =>
  cliProject({
    'src/env.ts': undefined,
    'src/models.ts': undefined,
    'src/database.ts': undefined,
    'src/notes.ts': undefined,
    'src/api.ts': api,
  })
