'use client'
import { authClient } from '../src/auth-client.ts'
import { Notes } from '../src/notes.tsx'
import { SignIn } from '../src/sign-in.tsx'

export default function Page() {
  const { data: session, isPending } = authClient.useSession()
  if (isPending) return <main aria-busy="true" />
  return session === null ? <SignIn /> : <Notes key={session.user.id} name={session.user.name} />
}
