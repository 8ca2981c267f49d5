import { useState, type FormEvent } from 'react'
import { authClient } from './auth-client.ts'

interface Entered {
  readonly name: string
  readonly email: string
  readonly password: string
}

/** The form to sign in or up. */
export function SignIn() {
  const [isNew, setNew] = useState(false)
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  const words = isNew ? 'Sign up' : 'Sign in'

  const onSubmit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const { name, email, password } = Object.fromEntries(
      new FormData(event.currentTarget),
    ) as unknown as Entered
    setBusy(true)
    const { error } = await (
      isNew
        ? authClient.signUp.email({ name, email, password })
        : authClient.signIn.email({ email, password })
    ).catch(() => ({ error: { message: 'This site is not responding. Try again in a moment.' } }))
    setBusy(false)
    setProblem(error === null ? '' : (error.message ?? 'That did not work. Try again in a moment.'))
  }
  return (
    <main>
      <h1>{words}</h1>
      <form onSubmit={(event) => void onSubmit(event)}>
        {isNew && <Field label="Name" name="name" type="text" autoComplete="name" />}
        <Field label="Email" name="email" type="email" autoComplete="email" />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
        />
        <p role="alert">{problem}</p>
        <button disabled={isBusy}>{words}</button>
      </form>
      <button
        className="plain"
        onClick={() => {
          setNew(!isNew)
          setProblem('')
        }}
      >
        {isNew ? 'I have an account' : 'I am new here'}
      </button>
    </main>
  )
}

interface FieldProps {
  readonly label: string
  readonly name: string
  readonly type: string
  readonly autoComplete: string
}

function Field({ label, ...input }: FieldProps) {
  return (
    <label>
      {label}
      <input required minLength={input.type === 'password' ? 8 : 1} {...input} />
    </label>
  )
}
