import type { Metadata } from 'next'
import Link from 'next/link'

export const metadata: Metadata = { title: 'Page not found' }

export default function NotFound() {
  return (
    <main className="account">
      <p className="brand">Tasks</p>
      <h1>Page not found</h1>
      <p>There is nothing at this address. It may be mistyped, or the page has moved.</p>
      <Link className="button" href="/">
        Go to your tasks
      </Link>
    </main>
  )
}
