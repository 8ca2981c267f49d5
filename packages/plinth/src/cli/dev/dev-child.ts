// The process that serves. `plinth dev` starts it, and tells it which files changed.
import { sep } from 'node:path'
import { keepInstances } from '../../database/drivers/pglite/kept-instances.ts'
import { shareEmbeddedDatabases } from '../../database/drivers/pglite/gateway/sharing.ts'
import { serve } from '../../server/serve.ts'
import { reportError } from '../action.ts'
import { startOtlp } from '../otlp/start-otlp.ts'
import { output } from '../output.ts'
import { ownFolder } from '../own-package.ts'
import { enterProject, type Project } from '../project.ts'
import { listenAt, loadService } from '../service.ts'
import { applyMigrations } from './apply-migrations.ts'
import { createDevPage } from './create-dev-page.ts'
import {
  sharingVariable,
  type DevLinks,
  type DevMessage,
  type DevStart,
  type ReloadRequest,
} from './dev-messages.ts'
import { stampOf } from './file-watcher.ts'
import { generatedFileOf } from './generated-file.ts'
import { HotGraph } from './hot-graph.ts'
import { Leftovers } from './leftovers.ts'
import { Reloader } from './reloader.ts'
import { docsPath, pageUrl, startupBanner } from './startup-banner.ts'
import { SwitchableApp } from './switchable-app.ts'
import { sourceFiles } from './source-files.ts'

const send = (message: DevMessage): void => void process.send?.(message)

/** Reports a file of the service: not one of its packages, and not one of Plinth's. */
function sendFile(file: string): void {
  if (file.includes(`${sep}node_modules${sep}`) || file.startsWith(ownFolder + sep)) return
  send({ plinth: 'file', file, stamp: stampOf(file) })
}

// Until it serves; from then on, the server handles the signals.
const exit = (): never => process.exit(0)
process.on('SIGTERM', exit).on('SIGINT', exit)
// `plinth dev` was killed, so it cannot stop this process any more.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))

// Removed, so that no process that the service starts inherits it.
const secret = process.env[sharingVariable]
delete process.env[sharingVariable]
if (secret !== undefined) shareEmbeddedDatabases(secret)

/** The modules of the service. On a platform that cannot load them again, each change restarts the process. */
function graphOf({ root, paths }: Project): HotGraph | undefined {
  if (HotGraph.isSupported) return new HotGraph(root, sendFile)
  for (const file of sourceFiles(paths.api)) sendFile(file)
  return undefined
}

const out = output()
const { because, keys = false, ...address } = JSON.parse(process.argv[2] ?? '{}') as DevStart
try {
  const begun = performance.now()
  const project = enterProject()
  const graph = graphOf(project)
  const leftovers = new Leftovers((file) => graph?.isOwn(file) === true)
  const kept = keepInstances()
  const service = await leftovers.evaluate(() => loadService(project))
  const applied = await applyMigrations(service, project)
  const { log } = service.api
  const otlp = await startOtlp({ project, log, isAsked: address.otlp === true })
  const app = new SwitchableApp(service, async () => {
    await kept.close()
    await otlp?.shutdown()
  })
  const page = createDevPage(project, () => app.service)
  const { port, url } = await serve(page.around(app.servable), {
    ...listenAt(address, service.env),
    lameDuck: 0,
    gracePeriod: 3000,
  })
  const milliseconds = Math.round(performance.now() - begun)
  process.off('SIGTERM', exit).off('SIGINT', exit)
  const links = (): DevLinks => {
    const docs = docsPath(app.service.api)
    return { docs: docs && url + docs, page: pageUrl(url) }
  }
  if (graph !== undefined) {
    const reloader = new Reloader({ project, graph, leftovers, kept, app, out, links })
    process.on('message', ({ plinth, files }: ReloadRequest) => {
      if (plinth !== 'reload') return
      void reloader.reload(files).then((reply) => {
        send(reply)
        page.send(reply.plinth, {})
      })
    })
  }
  const generated = stampOf(generatedFileOf(project.root))
  send({ plinth: 'ready', port, links: links(), generated, reloads: graph !== undefined })
  for (const name of applied) out.line(`${out.style('green', '✓')} applied ${name}`)
  if (because === undefined)
    for (const line of await startupBanner({ service, project, url, milliseconds, out, keys }))
      out.line(line)
  else out.line(out.style('dim', `↻ ${because}: restarted in ${milliseconds} ms`))
} catch (error) {
  reportError(out, error)
  process.exit(1)
}
