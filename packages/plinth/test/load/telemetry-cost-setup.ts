// Sets up OpenTelemetry in a Node contender of `telemetry-cost.load.ts`, before it starts: node --import
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import type { Logger } from '../../src/logging/logger.types.ts'
import { startOtlp } from '../../src/cli/otlp/start-otlp.ts'

/** Instrumentations by their name in INSTRUMENTATIONS. They are on once they are constructed. */
const instrumentations: Readonly<Record<string, () => Instrumentation>> = {
  http: () => new HttpInstrumentation(),
  pg: () => new PgInstrumentation(),
  fastify: () => {
    // It belongs to the comparators, which are not packages of this repository.
    const load = createRequire(`${process.env['FASTIFY']}/package.json`)
    const { FastifyOtelInstrumentation } = load('@fastify/otel') as {
      FastifyOtelInstrumentation: new (options: object) => Instrumentation
    }
    return new FastifyOtelInstrumentation({ registerOnInitialization: true })
  },
}

const log: Logger = { ...console, child: () => log }
const root = fileURLToPath(new URL('../..', import.meta.url))
const paths = { api: '', database: '', models: '', migrations: '', env: '', auth: '' }
// What `plinth start --otlp` does. Fastify gets the same SDK with the same batches.
await startOtlp({
  project: { root, name: 'contender', paths },
  log,
  isAsked: true,
})
for (const name of (process.env['INSTRUMENTATIONS'] ?? '').split(' ').filter(Boolean))
  instrumentations[name]!()
