import type { Metadata } from 'next'
import { AuthForm } from '../../src/account/auth-form.tsx'
import { environment } from '../../src/server/auth.ts'
import { signedOut } from '../../src/server/session.ts'

export const metadata: Metadata = { title: 'Sign up' }

export default async function SignUpPage() {
  await signedOut()
  return <AuthForm mode="sign-up" hasGithub={environment.github !== undefined} />
}
