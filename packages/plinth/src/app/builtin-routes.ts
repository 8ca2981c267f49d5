import { mode } from '../settings/mode.ts'
import { docsPage } from '../openapi/docs-page.ts'
import type { OpenApiDocument } from '../openapi/openapi.ts'
import { HandlerContext } from '../http/exchange.ts'
import { HttpError } from '../errors/http-error.ts'
import { llmsText } from '../openapi/llms-text.ts'
import { RouteDefinition } from '../routing/route-definition.ts'
import { router } from '../routing/router.ts'
import type { AnyAppOptions } from './app.types.ts'
import type { DocsOptions } from './check-docs-options.ts'
import { metricsRoute } from './metrics/metrics-route.ts'
import { runChecks, type ReadinessChecks } from './readiness.ts'

/** The part of an app that its built-in routes use. */
interface Self {
  document(basePath: string): OpenApiDocument
  draining(): boolean
  /** The readiness checks, including those of mounted apps. */
  ready(): ReadinessChecks
}

const hidden = { documented: false } as const

/** The built-in routes: health checks and documentation. They are hidden from the documentation. */
export function builtinRoutes(options: AnyAppOptions, self: Self): Record<string, object> {
  const docs = options.docs ?? mode() !== 'production'
  return {
    ...health(self),
    ...metricsPage(options.metrics),
    ...(docs !== false && documentation(options, docs === true ? {} : docs, self)),
  }
}

const metricsPage = (options: AnyAppOptions['metrics']): Record<string, object> =>
  options === undefined || options === false
    ? {}
    : { metrics: metricsRoute(options === true ? {} : options) }

function health(self: Self): Record<string, object> {
  const routes = router('/health')
  return {
    live: routes.get('/live', hidden, () => ({ status: 'ok' })),
    ready: routes.get('/ready', hidden, async ({ log }) => {
      if (self.draining())
        throw new HttpError(503, 'The server is shutting down', {
          code: 'PLINTH_SHUTTING_DOWN',
          headers: { 'retry-after': '5' },
        })
      const results = await runChecks(self.ready())
      const report = Object.fromEntries(
        results.map(({ name, failure }) => [name, failure === undefined ? 'ok' : 'failed']),
      )
      const failed = results.filter(({ failure }) => failure !== undefined)
      for (const { name, failure } of failed)
        log.warn({ err: failure?.reason, check: name }, 'not ready')
      if (failed.length > 0)
        throw new HttpError(503, 'A readiness check failed', {
          extensions: { checks: report },
          headers: { 'retry-after': '5' },
        })
      return { status: 'ok', checks: report }
    }),
  }
}

function documentation(
  { title, routes: modules }: AnyAppOptions,
  { path = '/docs', document = '/openapi.json', ...viewer }: DocsOptions,
  self: Self,
): Record<string, object> {
  const root = router('')
  const text = cached((basePath) => JSON.stringify(self.document(basePath)))
  const pages = cached((basePath) =>
    docsPage({
      ...viewer,
      title,
      documentUrl: basePath + document,
      path,
      basePath,
      document: () => self.document(basePath),
    }),
  )
  return {
    document: root.get(
      document,
      hidden,
      (context) =>
        new Response(text(HandlerContext.basePathOf(context)), {
          headers: { 'content-type': 'application/json' },
        }),
    ),
    ...(mode() === 'development' && !declares(modules, llmsPath) && llms(document, self)),
    ...Object.fromEntries(
      pages('').map((file, at) => [
        `docs${at}`,
        root.get(file.path, hidden, (context) =>
          pages(HandlerContext.basePathOf(context))[at]!.respond(context.request),
        ),
      ]),
    ),
  }
}

const llmsPath = '/llms.txt'

/** The operations for coding assistants, in development alone: a production API need not list itself to strangers. */
const llms = (document: string, self: Self): Record<string, object> => ({
  llms: router('').get(llmsPath, hidden, (context) => {
    const basePath = HandlerContext.basePathOf(context)
    const text = llmsText(self.document(basePath), basePath + document)
    return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  }),
})

const declares = (modules: AnyAppOptions['routes'], path: string): boolean =>
  Object.values(modules)
    .flatMap((exports) => Object.values(exports || {}))
    .some((each) => each instanceof RouteDefinition && each.path === path)

/** Keeps each result. There are as many base paths as places at which the app is mounted. */
function cached<T>(make: (basePath: string) => T): (basePath: string) => T {
  const known = new Map<string, T>()
  return (basePath) => {
    const found = known.get(basePath) ?? make(basePath)
    known.set(basePath, found)
    return found
  }
}
