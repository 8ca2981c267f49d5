import { client } from 'plinth/client'
import type { Api } from './api.d.ts'
import { authClient } from './auth-client.ts'

const url = process.env['NEXT_PUBLIC_API_URL'] ?? 'http://localhost:8000'
let kept: string | undefined

/** Of whoever is signed in. In memory alone, where no other page finds it; asked for anew when the API refuses it. */
async function token(refused?: string): Promise<string | undefined> {
  if (kept === undefined || kept === refused) kept = (await authClient.token()).data?.token
  return kept
}

/** The service's calls, typed by its routes: `npm run client` there writes `api.d.ts` anew. */
export const service = client<Api>(url, { token, timeout: 10_000 })

/** The next user has another token. */
export function forgetToken(): void {
  kept = undefined
}
