import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { auth } from './auth.ts'

/** Who asks for this page; `null` where nobody is signed in. Looked up once a request, whoever asks. */
export const currentSession = cache(async () => auth.api.getSession({ headers: await headers() }))

/** Who asks for this page; anybody else is sent to sign in. */
export async function signedIn() {
  const session = await currentSession()
  if (session === null) redirect('/sign-in')
  return session
}

/** Sends on whoever is signed in already. */
export async function signedOut(): Promise<void> {
  if ((await currentSession()) !== null) redirect('/')
}
