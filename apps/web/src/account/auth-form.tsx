'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useRef, useState, type FormEvent } from 'react'
import { authClient } from '../client/auth-client.ts'
import { TextField } from '../ui/field.tsx'
import { failureOf, problemsIn, type AuthFailure, type Credentials } from './auth-failure.ts'

const words = {
  'sign-in': {
    title: 'Welcome back',
    submit: 'Sign in',
    other: { question: 'New here?', label: 'Create an account', href: '/sign-up' },
  },
  'sign-up': {
    title: 'Create your account',
    submit: 'Sign up',
    other: { question: 'Have an account?', label: 'Sign in', href: '/sign-in' },
  },
} as const

interface AuthFormProps {
  readonly mode: keyof typeof words
  readonly hasGithub: boolean
}

/** The form to sign in or up. Each problem is shown next to its field. */
export function AuthForm({ mode, hasGithub }: AuthFormProps) {
  const router = useRouter()
  const form = useRef<HTMLFormElement>(null)
  const [failure, setFailure] = useState<AuthFailure>({ fields: {} })
  const [isBusy, setBusy] = useState(false)
  const { title, submit, other } = words[mode]
  const isNew = mode === 'sign-up'

  const fail = (failed: AuthFailure): void => {
    setFailure(failed)
    setBusy(false)
    const [first] = Object.keys(failed.fields)
    if (first !== undefined) form.current?.querySelector<HTMLElement>(`[name=${first}]`)?.focus()
  }
  const onSubmit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const entered = Object.fromEntries(new FormData(event.currentTarget)) as unknown as Credentials
    const problems = problemsIn(entered, isNew)
    if (problems !== undefined) return fail(problems)
    setBusy(true)
    setFailure({ fields: {} })
    const { error } = await (
      isNew
        ? authClient.signUp.email(entered)
        : authClient.signIn.email({ email: entered.email, password: entered.password })
    ).catch(() => ({ error: { status: 0 } }))
    if (error) return fail(failureOf(error))
    router.replace('/')
    router.refresh()
  }
  return (
    <main className="account">
      <p className="brand">Tasks</p>
      <h1>{title}</h1>
      <form ref={form} noValidate onSubmit={(event) => void onSubmit(event)}>
        <AuthFields isNew={isNew} errors={failure.fields} />
        <p className="form-error" role="alert">
          {failure.sentence}
        </p>
        <button type="submit" className="button button-primary" disabled={isBusy}>
          {isBusy ? 'One moment…' : submit}
        </button>
      </form>
      {hasGithub && <GithubButton />}
      <p className="aside">
        {other.question} <Link href={other.href}>{other.label}</Link>
      </p>
    </main>
  )
}

interface AuthFieldsProps {
  readonly isNew: boolean
  readonly errors: AuthFailure['fields']
}

function AuthFields({ isNew, errors }: AuthFieldsProps) {
  return (
    <>
      {isNew && <TextField label="Name" name="name" autoComplete="name" error={errors['name']} />}
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        error={errors['email']}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        hint={isNew ? 'Eight characters or more' : undefined}
        error={errors['password']}
      />
    </>
  )
}

function GithubButton() {
  const go = () => authClient.signIn.social({ provider: 'github', callbackURL: '/' })
  return (
    <>
      <p className="or">or</p>
      <button type="button" className="button" onClick={() => void go()}>
        Continue with GitHub
      </button>
    </>
  )
}
