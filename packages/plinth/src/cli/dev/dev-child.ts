// The process that serves. `plinth dev` starts it, and restarts it when a file that it loaded has changed.
import { registerHooks } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { shareEmbeddedDatabases } from '../../database/drivers/pglite/gateway/sharing.ts'
import { reportError } from '../action.ts'
import { output } from '../output.ts'
import { ownFolder } from '../own-package.ts'
import { enterProject, type Project } from '../project.ts'
import { loadService, serveService, type Service } from '../service.ts'
import { describeOthers, migrateService } from '../service-migrations.ts'
import { createDevPage } from './create-dev-page.ts'
import { sharingVariable, type DevMessage, type DevStart } from './dev-messages.ts'
import { startupBanner } from './startup-banner.ts'

const send = (message: DevMessage): void => void process.send?.(message)

registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) sendFile(fileURLToPath(url))
    return next(url, context)
  },
})

/** Reports a file of the service: not one of its packages, and not one of Plinth's. */
function sendFile(file: string): void {
  if (file.includes(`${sep}node_modules${sep}`) || file.startsWith(ownFolder + sep)) return
  send({ plinth: 'file', file })
}

// Until it serves; from then on, the server handles the signals.
const exit = (): never => process.exit(0)
process.on('SIGTERM', exit).on('SIGINT', exit)
// `plinth dev` was killed, so it cannot stop this process any more.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))

/** The lines about what was applied. */
async function applyMigrations({ db }: Service, project: Project): Promise<readonly string[]> {
  if (db === undefined) return []
  const migrated = await migrateService(project, db)
  return [...describeOthers(migrated), ...migrated.applied]
}

// Removed, so that no process that the service starts inherits it.
const secret = process.env[sharingVariable]
delete process.env[sharingVariable]
if (secret !== undefined) shareEmbeddedDatabases(secret)

const out = output()
const { because, ...address } = JSON.parse(process.argv[2] ?? '{}') as DevStart
try {
  const begun = performance.now()
  const project = enterProject()
  const service = await loadService(project)
  const applied = await applyMigrations(service, project)
  const page = createDevPage(project, () => service)
  const { port, url } = await serveService(service, address, {
    lameDuck: 0,
    gracePeriod: 3000,
    around: (served) => page.around(served),
  })
  const milliseconds = Math.round(performance.now() - begun)
  process.off('SIGTERM', exit).off('SIGINT', exit)
  send({ plinth: 'ready', port })
  for (const name of applied) out.line(`${out.style('green', '✓')} applied ${name}`)
  if (because === undefined)
    for (const line of await startupBanner({ service, project, url, milliseconds, out }))
      out.line(line)
  else out.line(out.style('dim', `↻ ${because}: restarted in ${milliseconds} ms`))
} catch (error) {
  reportError(out, error)
  process.exit(1)
}
