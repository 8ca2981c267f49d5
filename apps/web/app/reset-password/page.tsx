import type { Metadata } from 'next'
import { ResetPasswordForm } from '../../src/account/reset-password-form.tsx'

export const metadata: Metadata = {
  title: 'Choose a new password',
  // the address has the token
  referrer: 'no-referrer',
}

interface PageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function ResetPasswordPage({ searchParams }: PageProps) {
  const { token } = await searchParams
  return <ResetPasswordForm token={String(token ?? '')} />
}
