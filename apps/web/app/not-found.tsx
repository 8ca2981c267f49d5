import type { Metadata } from 'next'
import Link from 'next/link'
import { StatePanel } from '../src/ui/state-panel.tsx'

export const metadata: Metadata = { title: 'Page not found' }

export default function NotFound() {
  return (
    <main className="page">
      <StatePanel heading="h1" title="Page not found">
        <p>There is nothing at this address. It may be mistyped, or the page has moved.</p>
        <Link className="button" href="/">
          Go to your tasks
        </Link>
      </StatePanel>
    </main>
  )
}
