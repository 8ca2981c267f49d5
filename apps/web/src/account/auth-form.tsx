'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { authClient } from '../client/auth-client.ts'
import { TextField } from '../ui/field.tsx'
import { AccountForm, type Entered } from './account-form.tsx'
import { failureOf, noResponse, problemsIn, type AuthFailure } from './auth-failure.ts'

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
  /** If true, a forgotten password can be reset by email. */
  readonly hasReset?: boolean
  readonly note?: string | undefined
}

/** The form to sign in or up. */
export function AuthForm({ mode, hasGithub, hasReset = false, note }: AuthFormProps) {
  const router = useRouter()
  const { title, submit, other } = words[mode]
  const isNew = mode === 'sign-up'

  const send = async (entered: Entered): Promise<AuthFailure | undefined> => {
    const { name = '', email = '', password = '' } = entered
    const problems = problemsIn(entered, isNew)
    if (problems !== undefined) return problems
    const { error } = await (
      isNew
        ? authClient.signUp.email({ name, email, password })
        : authClient.signIn.email({ email, password })
    ).catch(() => noResponse)
    if (error) return failureOf(error)
    router.replace('/')
    router.refresh()
    return undefined
  }
  return (
    <AccountForm
      title={title}
      note={note}
      submit={submit}
      send={send}
      fields={(errors) => <AuthFields isNew={isNew} errors={errors} />}
    >
      {hasGithub && <GithubButton />}
      <p className="aside">
        {other.question} <Link href={other.href}>{other.label}</Link>
      </p>
      {hasReset && (
        <p className="aside">
          <Link href="/forgot-password">Forgot your password?</Link>
        </p>
      )}
    </AccountForm>
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
        label="Email"
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
