import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ForgotPasswordForm } from '../../src/account/forgot-password-form.tsx'
import { environment } from '../../src/server/auth.ts'

export const metadata: Metadata = { title: 'Reset your password' }

export default function ForgotPasswordPage() {
  if (environment.mail === undefined) notFound()
  return <ForgotPasswordForm />
}
