'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { client } from 'plinth/client'
import { createContext, use, useState, type ReactNode } from 'react'
import type { api } from '../../../api/src/api.ts'
import { isUnreachable } from './problems.ts'
import { tokenSource } from './token.ts'

const makeApi = (url: string) =>
  client<typeof api>(url, {
    token: tokenSource({ signedOut: () => window.location.assign('/sign-in?note=ended') }),
    timeout: 10_000,
  })

/** The typed client of the API. */
export type Api = ReturnType<typeof makeApi>

const ApiContext = createContext<{ api: Api; url: string } | undefined>(undefined)

/** Provides the API and a cache of its responses to the pages below it. */
export function ApiProvider({ url, children }: { url: string; children: ReactNode }) {
  const [value] = useState(() => ({ api: makeApi(url), url }))
  const [queries] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          // the client itself retries what is safe to retry
          queries: {
            retry: false,
            staleTime: 10_000,
            networkMode: 'always',
            // detects by itself that the service is back
            refetchInterval: ({ state }) => (isUnreachable(state.error) ? 5000 : false),
          },
          mutations: { retry: false, networkMode: 'always' },
        },
      }),
  )
  return (
    <ApiContext value={value}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </ApiContext>
  )
}

/** The API and its address. */
export function useApi(): { api: Api; url: string } {
  const value = use(ApiContext)
  if (value === undefined) throw new Error('useApi is for components inside an ApiProvider')
  return value
}
