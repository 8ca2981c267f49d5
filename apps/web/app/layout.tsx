import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import './styles/base.css'
import './styles/controls.css'
import './styles/pages.css'
import './styles/tasks.css'

export const metadata: Metadata = {
  title: { default: 'Tasks', template: '%s · Tasks' },
  description: 'What you have to do, in one list.',
}
export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f5f1' },
    { media: '(prefers-color-scheme: dark)', color: '#151614' },
  ],
}
// Every page has its own nonce.
export const dynamic = 'force-dynamic'

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
