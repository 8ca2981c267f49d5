import { client } from 'plinth/client'
import type { Api } from './api.d.ts'
import { authClient } from './auth-client.ts'

const url = process.env['NEXT_PUBLIC_API_URL'] ?? 'http://localhost:8000'
let kept: string | undefined

/**
 * The token of the signed-in user.
 *
 * It is only kept in memory, and requested again if the API refuses it.
 */
async function token(refused?: string): Promise<string | undefined> {
  if (kept === undefined || kept === refused) kept = (await authClient.token()).data?.token
  return kept
}

/** The typed client of the service. `npm run client` in the service updates `api.d.ts`. */
export const service = client<Api>(url, { token, timeout: 10_000 })

/** Forgets the token, because the next user has another one. */
export function forgetToken(): void {
  kept = undefined
}
