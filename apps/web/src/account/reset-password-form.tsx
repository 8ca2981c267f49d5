'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { authClient } from '../client/auth-client.ts'
import { TextField } from '../ui/field.tsx'
import { AccountForm, type Entered } from './account-form.tsx'
import { failureOf, noResponse, problemsIn, type AuthFailure } from './auth-failure.ts'

/** The form for a new password. The link of an email leads to it. */
export function ResetPasswordForm({ token }: { readonly token: string }) {
  const router = useRouter()

  const send = async (entered: Entered): Promise<AuthFailure | undefined> => {
    const { password = '' } = entered
    const problems = problemsIn(entered, true)
    if (problems !== undefined) return problems
    const { error } = await authClient
      .resetPassword({ newPassword: password, token })
      .catch(() => noResponse)
    if (error) return failureOf(error)
    router.replace('/sign-in?note=changed')
    return undefined
  }
  return (
    <AccountForm
      title="Choose a new password"
      submit="Save the password"
      send={send}
      fields={(errors) => (
        <TextField
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          hint="Eight characters or more"
          error={errors['password']}
        />
      )}
    >
      <p className="aside">
        <Link href="/forgot-password">Send another link</Link>
      </p>
    </AccountForm>
  )
}
