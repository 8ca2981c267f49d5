import { usableKeys } from '../../auth/jwks/usable-keys.ts'
import { clockFinding } from './clock-finding.ts'
import type { DoctorFacts, SettingValue } from './facts.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

/** Milliseconds. */
const patience = 4000
const keysPath = '/api/auth/jwks'

function frontendOf(facts: DoctorFacts): (SettingValue & { readonly url: URL }) | undefined {
  const setting = facts.setting('BETTER_AUTH_URL')
  const url = setting && URL.parse(setting.text)
  return url && /^https?:$/.test(url.protocol) ? { ...setting, url } : undefined
}

/** The frontend: whether its keys can be had, and what its clock says. */
export async function checkKeys(facts: DoctorFacts): Promise<Finding[]> {
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
      signal: AbortSignal.timeout(patience),
    })
  } catch (error) {
    return [unreachable(facts, { address, source, error })]
  }
  const after = Date.now()
  // the header has whole seconds, rounded down
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
  const why = (error as Error).name === 'TimeoutError' ? `no answer in ${patience} ms` : cause
  // nobody has said yet that there is a frontend, and the secret checks tokens without it
  const mayWait =
    facts.mode === 'development' && source === 'default' && facts.setting('BETTER_AUTH_SECRET')
  const say = mayWait ? warning : problem
  return say(
    'keys-unreachable',
    `The frontend’s keys cannot be had from ${address} (BETTER_AUTH_URL, ${source}): ${why ?? 'the connection failed'}; tokens of its jwt plugin are answered 503`,
    'Start the frontend, or correct BETTER_AUTH_URL: the base URL of the site that users sign in to',
  )
}

async function keysFinding(response: Response, address: string): Promise<Finding> {
  try {
    const count = response.status === 200 ? usableKeys(await response.json()).length : 0
    if (count > 0) return ok('keys-unreachable', `${address} gives ${count} keys`)
  } catch {
    // no JSON: said below
  }
  await response.body?.cancel().catch(() => {})
  return warning(
    'keys-wrong',
    `${address} answers ${response.status} and gives no keys that tokens could be checked with`,
    'Add the jwt() plugin to Better Auth in the frontend; where betterAuth() is given a jwksPath, see to that address yourself',
  )
}

/** Whether a page of the frontend may call the service: asked as a browser does, of the app itself. */
export async function checkOrigin(facts: DoctorFacts): Promise<Finding[]> {
  const frontend = frontendOf(facts)
  if (frontend === undefined || facts.api === undefined) return []
  const { origin } = frontend.url
  const request = new Request('http://localhost/', {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET' },
  })
  const allowed = (await facts.api.fetch(request)).headers.get('access-control-allow-origin')
  if (allowed === origin || allowed === '*')
    return [ok('frontend-origin', `Pages of ${origin} may call the service`)]
  const isListed = facts.declares('CORS_ORIGINS')
  const message = `Pages of ${origin} (BETTER_AUTH_URL, ${frontend.source}) may not call the service: a browser refuses them its answers`
  return [
    isListed
      ? problem(
          'frontend-origin',
          `${message}, since CORS_ORIGINS does not have it`,
          `Add ${origin} to CORS_ORIGINS, as it stands there, or correct BETTER_AUTH_URL`,
        )
      : warning(
          'frontend-origin',
          message,
          `Give the app cors: { origins: ['${origin}'] }; nothing to do where the frontend passes requests on itself`,
        ),
  ]
}
