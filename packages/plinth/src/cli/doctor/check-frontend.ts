import { usableKeys } from '../../auth/jwks/usable-keys.ts'
import { dependenciesOf } from '../../dependencies/with-traits.ts'
import { internals } from '../../http/internals.ts'
import { clockFinding } from './clock-finding.ts'
import type { DoctorFacts, LoadedApp, SettingValue } from './facts.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

/** Timeout for one response of the frontend, in milliseconds. */
const timeout = 4000

/** The frontend that BETTER_AUTH_URL names. */
interface Frontend extends SettingValue {
  readonly url: URL
  /** The address of its keys; `undefined` if the app does not fetch them. */
  readonly keys: string | undefined
}

/** `undefined` if no user of the app signs in there: a setting alone is not checked. */
function frontendOf(facts: DoctorFacts, { api }: LoadedApp): Frontend | undefined {
  const setting = facts.setting('BETTER_AUTH_URL')
  const url = setting && URL.parse(setting.text)
  if (!url) return undefined
  const own = api[internals]
  const routes = [...own.documentedRoutes(), ...own.documentedSockets()]
  const sites = dependenciesOf(routes.flatMap(({ named }) => named.dependencies))
    .flatMap(({ traits }) => traits.site ?? [])
    .filter((site) => baseOf(site.url) === baseOf(url.href))
  if (sites.length === 0) return undefined
  return { ...setting, url, keys: sites.find(({ keys }) => keys !== undefined)?.keys }
}

const baseOf = (url: string): string => url.replace(/\/+$/, '')

/** Checks that the frontend publishes usable keys, and compares its clock. */
export async function checkKeys(facts: DoctorFacts, loaded: LoadedApp): Promise<Finding[]> {
  if (loaded.hasBetterAuth) return [ok('keys-unreachable', 'Better Auth runs in this service')]
  const { url, source, keys: address } = frontendOf(facts, loaded) ?? {}
  if (url === undefined || source === undefined || address === undefined) return []
  let response: Response
  const before = Date.now()
  try {
    response = await fetch(address, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    })
  } catch (error) {
    return [unreachable(facts, { address, source, error })]
  }
  const after = Date.now()
  // The Date header has whole seconds, rounded down.
  const theirs = Date.parse(response.headers.get('date') ?? '') + 500
  const middle = { at: (before + after) / 2, error: (after - before) / 2 + 1000 }
  const clock = Number.isNaN(theirs) ? [] : [clockFinding(url.origin, theirs, middle)]
  return [await keysFinding(response, address), ...clock]
}

interface FetchFailure {
  readonly address: string
  readonly source: string
  readonly error: unknown
}

function unreachable(facts: DoctorFacts, { address, source, error }: FetchFailure): Finding {
  const cause = (error as { cause?: { code?: string } }).cause?.code
  const reason = (error as Error).name === 'TimeoutError' ? `no response in ${timeout} ms` : cause
  // The URL is only the default, and the secret verifies tokens without a frontend.
  const isOptional =
    facts.mode === 'development' && source === 'default' && facts.setting('BETTER_AUTH_SECRET')
  const finding = isOptional ? warning : problem
  return finding(
    'keys-unreachable',
    `Cannot fetch the frontend’s keys from ${address} (BETTER_AUTH_URL, ${source}): ${reason ?? 'the connection failed'}. Requests with tokens of its jwt plugin get 503`,
    'Start the frontend, or correct BETTER_AUTH_URL, the base URL of the site where users sign in',
  )
}

async function keysFinding(response: Response, address: string): Promise<Finding> {
  try {
    const count = response.status === 200 ? usableKeys(await response.json()).length : 0
    if (count > 0)
      return ok('keys-unreachable', `${address} publishes ${count} ${count === 1 ? 'key' : 'keys'}`)
  } catch {
    // Not JSON: reported below.
  }
  await response.body?.cancel().catch(() => {})
  return warning(
    'keys-wrong',
    `${address} responds with ${response.status} and no keys that can verify tokens`,
    'Add the jwt() plugin to Better Auth in the frontend. If its keys are at another path, set jwksPath in betterAuth()',
  )
}

/** Checks CORS with a preflight request to the app, as a browser sends for a page of the frontend. */
export async function checkOrigin(facts: DoctorFacts, loaded: LoadedApp): Promise<Finding[]> {
  const { api, hasBetterAuth } = loaded
  const frontend = frontendOf(facts, loaded)
  if (frontend === undefined || hasBetterAuth) return []
  const { origin } = frontend.url
  const request = new Request('http://localhost/', {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET' },
  })
  const allowed = (await api.fetch(request)).headers.get('access-control-allow-origin')
  if (allowed === origin || allowed === '*')
    return [ok('frontend-origin', `Pages of ${origin} may call the service`)]
  const isListed = facts.declares('CORS_ORIGINS')
  const message = `Pages of ${origin} (BETTER_AUTH_URL, ${frontend.source}) may not call the service: the browser blocks its responses (CORS)`
  return [
    isListed
      ? problem(
          'frontend-origin',
          `${message}, because CORS_ORIGINS does not include it`,
          `Add ${origin}, exactly as written here, to CORS_ORIGINS, or correct BETTER_AUTH_URL`,
        )
      : warning(
          'frontend-origin',
          message,
          `Set cors: { origins: ['${origin}'] } in app(), unless the frontend proxies requests to the service`,
        ),
  ]
}
