'use client'
import { StatePanel } from '../src/ui/state-panel.tsx'

export default function ErrorPage({ reset }: { readonly reset: () => void }) {
  return (
    <main className="page">
      <StatePanel heading="h1" isError title="This page broke">
        <p>Your tasks are safe. Try again; if it breaks again, reload the page.</p>
        <button type="button" className="button" onClick={reset}>
          Try again
        </button>
      </StatePanel>
    </main>
  )
}
