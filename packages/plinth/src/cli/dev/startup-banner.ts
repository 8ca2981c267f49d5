import { createToken } from '../../auth/jwt/create-token.ts'
import { internals } from '../../http/internals.ts'
import type { App } from '../../app/app.types.ts'
import { type Database, sharedOf } from '../../database/database.ts'
import { hasDialect } from '../../database/kysely/dialect-database.ts'
import { pagePath } from '../../devtools/frame/guard.ts'
import type { OpenApiOperation } from '../../openapi/openapi.types.ts'
import { version } from '../own-package.ts'
import { aligned, type Output } from '../output.ts'
import { credentialSources, ownBetterAuth } from '../own-better-auth.ts'
import type { Project } from '../project.ts'
import type { Service } from '../service.ts'
import { readSigningSecret } from '../signing-secret.ts'
import { gatewayOf, isEmbedded } from '../db/local-database.ts'

/** Options of {@link startupBanner}. */
export interface BannerOptions {
  readonly service: Service
  readonly project: Project
  readonly url: string
  /** From the first import until the service listens. */
  readonly milliseconds: number
  readonly out: Output
  /** True if `plinth dev` reacts to keys. */
  readonly keys: boolean
}

/** The lifetime of a development token, in seconds. */
const day = 86_400

/** The path of the documentation page; `undefined` if it is off. */
export function docsPath(api: App): string | undefined {
  const routes = api[internals].documentedRoutes()
  return routes.find(({ named }) => named.operationId === 'plinth.docs0')?.named.route.path
}

interface ExampleRoute {
  readonly path: string
  readonly bearer: boolean
}

const needsBearer = ({ security }: OpenApiOperation): boolean =>
  security.some((requirement) => 'bearer' in requirement)

/** A GET route without required parameters, preferably one for signed-in callers. */
export function exampleRoute(api: App): ExampleRoute | undefined {
  const found = Object.entries(api.openapi().paths).flatMap(([path, { get }]) =>
    get === undefined || path.includes('{') || get.parameters?.some(({ required }) => required)
      ? []
      : [{ path, bearer: needsBearer(get) }],
  )
  return found.find(({ bearer }) => bearer) ?? found[0]
}

/** The command, and where its token comes from if that is not in it. */
async function curlLines({ service, project, url }: BannerOptions): Promise<readonly string[]> {
  const route = exampleRoute(service.api)
  if (route === undefined) return []
  const { db } = service
  // It accepts no token that is signed with the secret.
  const isInProcess = db !== undefined && hasDialect(sharedOf(db, 'plinth dev').driver)
  if (!route.bearer) return isInProcess ? [] : [`curl -s ${url}${route.path}`]
  const signing = isInProcess ? undefined : await readSigningSecret(project)
  if (signing === undefined) {
    const instance = isInProcess ? await ownBetterAuth(project) : undefined
    const source = instance && credentialSources(instance, url).token
    return [
      `curl -s ${url}${route.path} -H 'Authorization: Bearer <token>'`,
      ...(source === undefined ? [] : [`# <token> is ${source}`]),
    ]
  }
  const { secret, issuer } = signing
  const token = await createToken(secret, {
    sub: 'demo',
    expiresIn: day,
    ...(issuer !== undefined && { issuer }),
  })
  return [`curl -s ${url}${route.path} -H 'Authorization: Bearer ${token}'`]
}

/** The command that opens an embedded database, which this process shares. The password is not printed. */
const sqlCommand = (db: Database): string | undefined =>
  gatewayOf(db) && 'psql "$(npx plinth db url)"'

/** The URL of the development page; `undefined` if it cannot be opened there: it responds to local names alone. */
export const pageUrl = (url: string): string | undefined =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname) ? url + pagePath : undefined

/** The lines that `plinth dev` prints after the first start. */
export async function startupBanner(options: BannerOptions): Promise<readonly string[]> {
  const { service, url, milliseconds, out, keys } = options
  const { api, db } = service
  const docs = docsPath(api)
  const curl = await curlLines(options)
  const database = db && `${db.location}${isEmbedded(db) ? ' (embedded Postgres)' : ''}`
  const rows = [
    ['API', url],
    ['Docs', docs && url + docs],
    ['Database', database],
    ['SQL', db && sqlCommand(db)],
  ].flatMap(([name = '', value]) =>
    value === undefined ? [] : [[`  ${out.style('bold', name)}`, value]],
  )
  const page = pageUrl(url)
  const head = `${out.style('green', api.title)} on plinth ${version}, ready in ${milliseconds} ms${page ? `: ${page}` : ''}`
  return [
    '',
    head,
    '',
    ...aligned(rows),
    ...(curl.length === 0 ? [] : ['', ...curl]),
    '',
    out.style(
      'dim',
      `Reloads after each change. Press Ctrl-C to stop${keys ? ', h for help' : ''}.`,
    ),
    '',
  ]
}
