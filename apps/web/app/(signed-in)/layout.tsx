import type { ReactNode } from 'react'
import { ApiProvider } from '../../src/client/api.tsx'
import { environment } from '../../src/server/auth.ts'
import { signedIn } from '../../src/server/session.ts'
import { NoticeProvider } from '../../src/ui/notices.tsx'
import { SiteHeader } from '../../src/account/site-header.tsx'

export default async function SignedInLayout({ children }: { readonly children: ReactNode }) {
  const { user } = await signedIn()
  return (
    <ApiProvider url={environment.apiUrl}>
      <NoticeProvider>
        <a className="skip" href="#main">
          Skip to the content
        </a>
        <SiteHeader name={user.name} email={user.email} />
        <main id="main" className="page" tabIndex={-1}>
          {children}
        </main>
      </NoticeProvider>
    </ApiProvider>
  )
}
