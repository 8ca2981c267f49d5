// Frontends with a real Better Auth each, made of the given modules, in one process.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Auth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'

/** A frontend. */
export interface Frontend {
  readonly name: string
  /** A module that exports `auth`. */
  readonly auth: string
  readonly databaseUrl: string
  /** A module that exports `GET`, which is served at `/api/backend-token`. */
  readonly tokenRoute?: string
}

interface AuthModule {
  readonly auth: Auth
  /** Creates its tables if Better Auth does not. */
  readonly makeTables?: () => Promise<void>
}
interface RouteModule {
  readonly GET: (request: Request) => Promise<Response>
}

async function start({ auth: path, databaseUrl, tokenRoute }: Frontend): Promise<string> {
  const server = createServer()
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  process.env['BETTER_AUTH_URL'] = url
  process.env['DATABASE_URL'] = databaseUrl
  const { auth, makeTables } = (await import(path)) as AuthModule
  if (makeTables) await makeTables()
  else await (await getMigrations(auth.options)).runMigrations()
  const route = tokenRoute === undefined ? undefined : ((await import(tokenRoute)) as RouteModule)
  const handle = toNodeHandler(auth)
  server.on('request', (request, response) => {
    if (route === undefined || request.url !== '/api/backend-token')
      return void handle(request, response)
    const headers = new Headers({ cookie: request.headers.cookie ?? '' })
    void route
      .GET(new Request(`${url}${request.url}`, { headers }))
      .then(async (sent) =>
        response.writeHead(sent.status, Object.fromEntries(sent.headers)).end(await sent.text()),
      )
  })
  return url
}

if (import.meta.main) {
  const urls: Record<string, string> = {}
  for (const frontend of JSON.parse(process.argv[2] ?? '[]') as Frontend[])
    urls[frontend.name] = await start(frontend)
  process.stdout.write(`${JSON.stringify(urls)}\n`)
}
