import { InvalidArgumentError, Option } from 'commander'
import type { App } from '../app/app.types.ts'
import { internals } from '../http/internals.ts'
import { serve, type Servable, type ServeOptions, type ServerHandle } from '../server/serve.ts'
import type { Database } from '../database/database.ts'
import type { Otlp } from './otlp/start-otlp.ts'
import { hasPart, loadApi, loadDatabase, loadEnv, type Project } from './project.ts'

/** The parts of a service that are needed to serve it. */
export interface Service {
  readonly api: App
  /** `undefined` if there is no file under `plinth.database`. */
  readonly db: Database | undefined
  /** Its settings; `undefined` if there is no file under `plinth.env`. */
  readonly env: Readonly<Record<string, unknown>> | undefined
}

/** The address a service listens on; defaults apply to what is missing. */
export interface Address {
  readonly port?: number
  readonly host?: string
  /** True with `--otlp`. */
  readonly otlp?: boolean
}

/** Loads the parts of a service, without opening the database. */
export async function loadService(project: Project): Promise<Service> {
  const env = hasPart(project, 'env') ? await loadEnv(project) : undefined
  const db = hasPart(project, 'database') ? await loadDatabase(project) : undefined
  return { env, db, api: await loadApi(project) }
}

/** The options of `serve()`, with the hooks of a process that shares its port. */
export interface ServiceOptions extends ServeOptions {
  readonly worker?: Pick<Servable, 'stopListening' | 'isReplaced'>
  /** Ended last, after the database. */
  readonly otlp?: Otlp | undefined
}

/** Serves a service until a signal. The database is closed last. */
export function serveService(
  { api, db, env }: Service,
  address: Address,
  { worker, otlp, ...options }: ServiceOptions = {},
): Promise<ServerHandle> {
  const served: Servable = {
    fetch: (request) => api.fetch(request),
    start: () => api.start(),
    drain: () => api.drain(),
    endStreams: () => api.endStreams(),
    stop: async () => {
      await api.stop()
      await db?.close()
      await otlp?.shutdown()
    },
    log: api.log,
    ...worker,
    [internals]: api[internals],
  }
  return serve(served, { ...options, ...listenAt(address, env) })
}

/** The address of `serve()`. PORT of the settings is the default. */
export function listenAt({ port, host }: Address, env: Service['env']): ServeOptions {
  const listenPort = port ?? (typeof env?.['PORT'] === 'number' ? env['PORT'] : undefined)
  return {
    ...(listenPort !== undefined && { port: listenPort }),
    ...(host !== undefined && { hostname: host }),
  }
}

function port(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= 65_535) return number
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535; 0 picks a free port.')
}

/** The options `--port` and `--host`. */
export const addressOptions = (host: string): Option[] => [
  new Option('-p, --port <number>', 'default: PORT from the settings, or else 8000').argParser(
    port,
  ),
  new Option('--host <name>', `default: ${host}`),
]
