'use client'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useState } from 'react'
import { authClient } from '../client/auth-client.ts'
import { useNotify } from '../ui/notices.tsx'

interface SiteHeaderProps {
  readonly name: string
  readonly email: string
}

const pages = [
  { href: '/', label: 'Tasks' },
  { href: '/labels', label: 'Projects and tags' },
] as const

export function SiteHeader({ name, email }: SiteHeaderProps) {
  const here = usePathname()
  return (
    <header className="site-header">
      <nav aria-label="Pages">
        {pages.map(({ href, label }) => (
          <Link key={href} href={href} aria-current={here === href ? 'page' : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      <div className="who">
        <span className="who-name" title={email}>
          {name}
        </span>
        <SignOut />
      </div>
    </header>
  )
}

function SignOut() {
  const notify = useNotify()
  const [isBusy, setBusy] = useState(false)
  const signOut = async (): Promise<void> => {
    setBusy(true)
    const { error } = await authClient.signOut().catch(() => ({ error: true }))
    // reloading the page clears the token and the tasks of the previous user
    if (!error) return window.location.assign('/sign-in')
    setBusy(false)
    notify({ isError: true, text: 'You could not be signed out. Try again in a moment.' })
  }
  return (
    <button
      type="button"
      className="button button-quiet"
      disabled={isBusy}
      onClick={() => void signOut()}
    >
      Sign out
    </button>
  )
}
