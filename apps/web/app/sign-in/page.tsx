import type { Metadata } from 'next'
import { AuthForm } from '../../src/account/auth-form.tsx'
import { environment } from '../../src/server/auth.ts'
import { signedOut } from '../../src/server/session.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage() {
  await signedOut()
  return <AuthForm mode="sign-in" hasGithub={environment.github !== undefined} />
}
