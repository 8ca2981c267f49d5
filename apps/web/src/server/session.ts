import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { auth } from './auth.ts'

/** The signed-in user, or `null`. It is looked up once per request. */
export const currentSession = cache(async () => auth.api.getSession({ headers: await headers() }))

/** The signed-in user. Other visitors are redirected to sign in. */
export async function signedIn() {
  const session = await currentSession()
  if (session === null) redirect('/sign-in')
  return session
}

/** Redirects users who are already signed in. */
export async function signedOut(): Promise<void> {
  if ((await currentSession()) !== null) redirect('/')
}
