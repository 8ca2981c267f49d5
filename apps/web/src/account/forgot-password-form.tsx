'use client'
import Link from 'next/link'
import { useState } from 'react'
import { authClient } from '../client/auth-client.ts'
import { TextField } from '../ui/field.tsx'
import { AccountForm, type Entered } from './account-form.tsx'
import { failureOf, noResponse, problemsIn, type AuthFailure } from './auth-failure.ts'

/** The form that asks for an email with a link to a new password. */
export function ForgotPasswordForm() {
  const [sentTo, setSentTo] = useState<string>()

  const send = async (entered: Entered): Promise<AuthFailure | undefined> => {
    const { email = '' } = entered
    const problems = problemsIn(entered, false)
    if (problems !== undefined) return problems
    const { error } = await authClient.requestPasswordReset({ email }).catch(() => noResponse)
    if (error) return failureOf(error)
    setSentTo(email)
    return undefined
  }
  if (sentTo !== undefined) return <Sent email={sentTo} />
  return (
    <AccountForm
      title="Reset your password"
      note="Enter the address of your account, and you get an email with a link."
      submit="Send the link"
      send={send}
      fields={(errors) => (
        <TextField
          label="Email"
          name="email"
          type="email"
          autoComplete="email"
          error={errors['email']}
        />
      )}
    >
      <p className="aside">
        <Link href="/sign-in">Back to sign in</Link>
      </p>
    </AccountForm>
  )
}

/** Says the same for every address: a stranger does not learn which ones have an account. */
function Sent({ email }: { readonly email: string }) {
  return (
    <main className="account">
      <p className="brand">Tasks</p>
      <h1>Check your email</h1>
      <p role="status">
        If there is an account for {email}, a link is on its way. It is valid for an hour.
      </p>
      <p className="aside">
        <Link href="/sign-in">Back to sign in</Link>
      </p>
    </main>
  )
}
