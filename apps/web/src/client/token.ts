/**
 * The milliseconds before the expiry at which a token is renewed.
 *
 * A request must not start with a token that expires on the way.
 */
const margin = 30_000

interface Kept {
  readonly token: string
  readonly expiresAt: number
}

interface TokenOptions {
  /** Called when the session has ended, here or elsewhere. */
  readonly signedOut: () => void
  /** Requests a token. Default: this site's `/api/auth/token`, with its cookie. */
  readonly ask?: () => Promise<Response>
}

/**
 * Provides and renews the API token of the signed-in user.
 *
 * It is only kept in memory, where no other page and no later visitor finds it. Concurrent requests
 * share one renewal.
 */
export function tokenSource(options: TokenOptions) {
  const { ask = () => fetch('/api/auth/token') } = options
  let kept: Kept | undefined
  let renewing: Promise<Kept | undefined> | undefined

  async function renew(): Promise<Kept | undefined> {
    const response = await ask()
    if (response.status === 401) {
      options.signedOut()
      return undefined
    }
    if (!response.ok) throw new Error(`The sign-in service responded with ${response.status}`)
    const { token } = (await response.json()) as { token: string }
    return { token, expiresAt: expiryOf(token) }
  }

  /** Returns the token; never `refused`, which the API did not accept. */
  return async (refused?: string): Promise<string | undefined> => {
    const isGood = kept && kept.token !== refused && kept.expiresAt - margin > Date.now()
    if (!isGood) {
      renewing ??= renew().finally(() => (renewing = undefined))
      kept = await renewing
    }
    return kept?.token
  }
}

/** Reads the expiry of a token in milliseconds. An unreadable token has expired. */
function expiryOf(token: string): number {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    return Number((JSON.parse(atob(payload)) as { exp?: number }).exp) * 1000 || 0
  } catch {
    return 0
  }
}
