import { constantTimeEqual } from '../../auth/schemes/constant-time-equal.ts'
import { forbidden, unauthorized } from '../../errors/http-error.ts'
import type { RequestContext } from '../../http/request-context.ts'
import { router } from '../../routing/router.ts'
import type { MetricsOptions } from './metrics-options.ts'

/** The page that Prometheus reads. Its code is loaded with the first request. */
export function metricsRoute({ path = '/metrics', token }: MetricsOptions): object {
  return router('').get(path, { documented: false }, async (context: RequestContext) => {
    if (token === undefined) checkLocal(context)
    else checkToken(context, token)
    const [{ gatherMetrics }, { prometheusText, prometheusType }] = await Promise.all([
      import('../../telemetry/metrics/gather.ts'),
      import('../../telemetry/metrics/prometheus-text.ts'),
    ])
    return new Response(prometheusText(await gatherMetrics()), {
      headers: { 'content-type': prometheusType, 'cache-control': 'no-store' },
    })
  })
}

function checkToken({ request }: RequestContext, token: string): void {
  const [scheme, given = ''] = (request.headers.get('authorization') ?? '').split(' ')
  if (scheme?.toLowerCase() === 'bearer' && constantTimeEqual(given, token)) return
  throw unauthorized('The metrics require a bearer token')
}

const loopback = /^(?:127\.\d+\.\d+\.\d+|::1)$/
const localHost = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i
/** Headers of proxies, behind which everybody has the address of this machine. */
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const

/** The host is checked so that no page in a browser reads the metrics through a name of its own (DNS rebinding). */
function checkLocal({ request: { headers }, client }: RequestContext): void {
  const isLocal =
    loopback.test(client.address ?? '') &&
    localHost.test(headers.get('host') ?? '') &&
    !forwarding.some((name) => headers.has(name))
  if (!isLocal) throw forbidden('The metrics are not served to this client')
}
