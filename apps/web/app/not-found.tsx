import Link from 'next/link'
import { StatePanel } from '../src/ui/state-panel.tsx'

export default function NotFound() {
  return (
    <main className="page">
      <StatePanel title="There is no such page">
        <Link className="button" href="/">
          To your tasks
        </Link>
      </StatePanel>
    </main>
  )
}
