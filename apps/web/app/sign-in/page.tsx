import type { Metadata } from 'next'
import { AuthForm } from '../../src/account/auth-form.tsx'
import { signInNotes } from '../../src/account/sign-in-notes.ts'
import { environment } from '../../src/server/auth.ts'
import { signedOut } from '../../src/server/session.ts'

export const metadata: Metadata = { title: 'Sign in' }

interface PageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function SignInPage({ searchParams }: PageProps) {
  await signedOut()
  const { note } = await searchParams
  return (
    <AuthForm
      mode="sign-in"
      hasGithub={environment.github !== undefined}
      hasReset={environment.mail !== undefined}
      note={signInNotes[String(note)]}
    />
  )
}
