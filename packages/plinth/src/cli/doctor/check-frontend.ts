import { usableKeys } from '../../auth/jwks/usable-keys.ts'
import { clockFinding } from './clock-finding.ts'
import type { DoctorFacts, LoadedApp, SettingValue } from './facts.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

/** Timeout for one response of the frontend, in milliseconds. */
const timeout = 4000
const keysPath = '/api/auth/jwks'

function frontendOf(facts: DoctorFacts): (SettingValue & { readonly url: URL }) | undefined {
  const setting = facts.setting('BETTER_AUTH_URL')
  const url = setting && URL.parse(setting.text)
  return url && /^https?:$/.test(url.protocol) ? { ...setting, url } : undefined
}

/** Checks that the frontend publishes usable keys, and compares its clock. */
export async function checkKeys(
  facts: DoctorFacts,
  { hasBetterAuth }: LoadedApp,
): Promise<Finding[]> {
  if (hasBetterAuth) return [ok('keys-unreachable', 'Better Auth runs in this service')]
  const frontend = frontendOf(facts)
  if (frontend === undefined) return []
  const { url, source } = frontend
  const address = `${url.origin}${url.pathname.replace(/\/+$/, '')}${keysPath}`
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
    'Add the jwt() plugin to Better Auth in the frontend. If betterAuth() has a jwksPath, check that address yourself',
  )
}

/** Checks CORS with a preflight request to the app, as a browser sends for a page of the frontend. */
export async function checkOrigin(
  facts: DoctorFacts,
  { api, hasBetterAuth }: LoadedApp,
): Promise<Finding[]> {
  const frontend = frontendOf(facts)
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
