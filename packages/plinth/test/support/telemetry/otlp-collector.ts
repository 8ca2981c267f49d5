import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { spansIn, type SentSpan } from './otlp-spans.ts'

/** A collector of traces and metrics: OTLP over HTTP, in protobuf. */
export interface OtlpCollector extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  readonly spans: readonly SentSpan[]
  /** The bodies as they were sent, for searches. */
  readonly bodies: readonly Buffer[]
  /** The bodies with metrics. */
  readonly metricBodies: readonly Buffer[]
  clear(): void
}

/** Starts a collector on a free port of this machine. */
export async function otlpCollector(): Promise<OtlpCollector> {
  const spans: SentSpan[] = []
  const bodies: Buffer[] = []
  const metricBodies: Buffer[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const body = Buffer.concat(chunks)
        if (request.url === '/v1/traces') {
          bodies.push(body)
          spans.push(...spansIn(body))
        } else if (request.url === '/v1/metrics') metricBodies.push(body)
        response.setHeader('content-type', 'application/x-protobuf').end()
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    bodies,
    metricBodies,
    clear: () => {
      spans.length = 0
      bodies.length = metricBodies.length = 0
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
