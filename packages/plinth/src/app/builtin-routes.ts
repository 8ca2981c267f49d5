import { mode } from '../settings/mode.ts'
import { probing } from '../http/request-scope.ts'
import { docsPage } from '../openapi/docs-page.ts'
import { HttpError } from '../errors/http-error.ts'
import { router } from '../routing/router.ts'
import type { AppOptions, DocsOptions } from './app.types.ts'

/** The part of an app that its built-in routes use. */
interface Self {
  document(): object
  draining(): boolean
}

const hidden = { documented: false } as const

/** The built-in routes: health checks and documentation. They are hidden from the documentation. */
export function builtinRoutes(
  options: AppOptions<Record<string, object>>,
  self: Self,
): Record<string, object> {
  const docs = options.docs ?? mode() !== 'production'
  return {
    ...health(options, self),
    ...(docs !== false && documentation(options.title, docs === true ? {} : docs, self)),
  }
}

function health(options: AppOptions<Record<string, object>>, self: Self): Record<string, object> {
  const routes = router('/health')
  return {
    live: routes.get('/live', hidden, () => ({ status: 'ok' })),
    ready: routes.get('/ready', hidden, async ({ log }) => {
      if (self.draining())
        throw new HttpError(503, 'The server is shutting down', {
          code: 'PLINTH_SHUTTING_DOWN',
          headers: { 'retry-after': '5' },
        })
      const checks = Object.entries(options.ready ?? {})
      const results = await Promise.allSettled(
        checks.map(([, check]) => probing(async () => check())),
      )
      const words = results.map(({ status }) => (status === 'fulfilled' ? 'ok' : 'failed'))
      const report = Object.fromEntries(checks.map(([name], at) => [name, words[at]]))
      for (const [at, result] of results.entries())
        if (result.status === 'rejected')
          log.warn({ err: result.reason, check: checks[at]?.[0] }, 'not ready')
      if (words.includes('failed'))
        throw new HttpError(503, 'A readiness check failed', {
          extensions: { checks: report },
          headers: { 'retry-after': '5' },
        })
      return { status: 'ok', checks: report }
    }),
  }
}

function documentation(
  title: string,
  { path = '/docs', document = '/openapi.json' }: DocsOptions,
  self: Self,
): Record<string, object> {
  const root = router('')
  let text: string | undefined
  const page = docsPage({ title, documentUrl: document, path })
  return {
    document: root.get(
      document,
      hidden,
      () =>
        new Response((text ??= JSON.stringify(self.document())), {
          headers: { 'content-type': 'application/json' },
        }),
    ),
    ...Object.fromEntries(
      page.map((file, at) => [
        `docs${at}`,
        root.get(file.path, hidden, ({ request }) => file.respond(request)),
      ]),
    ),
  }
}
