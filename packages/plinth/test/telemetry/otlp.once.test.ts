// `plinth start` with OTLP: a service whose traces and metrics arrive at a collector.
import { symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cliProject, secret, type CliProject, type Run } from '../support/cli-project.ts'
import { otlpCollector, type OtlpCollector } from '../support/telemetry/otlp-collector.ts'

const api = `import { app, router } from 'plinth'
import * as z from 'zod'

const pings = router('/pings')
const read = pings.get('/:id', { response: z.string() }, ({ params }) => params.id)
export const api = app({ title: 'Pings', routes: { pings: { read } } })
`

let collector: OtlpCollector
let project: CliProject
beforeAll(async () => {
  collector = await otlpCollector()
  project = cliProject({ 'src/api.ts': api })
  const installed = fileURLToPath(
    new URL('../../../../node_modules/@opentelemetry', import.meta.url),
  )
  symlinkSync(installed, `${project.folder}/node_modules/@opentelemetry`)
})
afterAll(async () => {
  project?.[Symbol.dispose]()
  await collector?.[Symbol.asyncDispose]()
})

async function start(env: Record<string, string>, ...args: string[]) {
  const run: Run = project.run(['start', '--port', '0', '--host', '127.0.0.1', ...args], {
    env: {
      BETTER_AUTH_SECRET: secret,
      DATABASE_URL: 'pglite:memory',
      NODE_COMPILE_CACHE: undefined,
      ...env,
    },
  })
  const [, url = ''] = await run.until(/"url":"(http:\/\/[\d.]+:\d+)"[^}]*"msg":"listening"/)
  return { run, url }
}

it('the standard variables alone send a trace and the metrics, the last of them at shutdown', async () => {
  const { run, url } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_SERVICE_NAME: 'ping service',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  })
  await using _ = run
  expect(await (await fetch(`${url}/pings/7`)).json()).toBe('7')
  run.kill('SIGTERM')
  expect(await run.ended).toBe(0)
  expect(collector.spans.map(({ name }) => name)).toContain('GET /pings/:id')
  const sent = collector.metricBodies.map((body) => body.toString('latin1')).join('')
  for (const text of [
    'http.server.request.duration',
    '/pings/:id',
    'nodejs.eventloop.utilization',
    'ping service',
    'deployment.environment.name',
    'service.instance.id',
  ])
    expect(sent).toContain(text)
  const traces = collector.bodies.map((body) => body.toString('latin1')).join('')
  expect(traces).toContain('ping service')
})

it('a collector that is away changes no response and no exit, and is logged once', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  const { run, url } = await start(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '100',
      OTEL_EXPORTER_OTLP_TIMEOUT: '90',
    },
    '--otlp',
  )
  await using _ = run
  for (let count = 0; count < 50; count++)
    expect((await fetch(`${url}/pings/${count}`)).status).toBe(200)
  await run.until(/traces or metrics could not be sent/)
  for (let count = 0; count < 50; count++)
    expect((await fetch(`${url}/pings/${count}`)).status).toBe(200)
  run.kill('SIGTERM')
  expect(await run.ended).toBe(0)
  expect(run.said.match(/traces or metrics could not be sent/g)).toHaveLength(1)
})

it('--otlp is refused with what to change, and the variables alone are a warning', async () => {
  const bare = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const { run } = await start(bare)
  await using _ = run
  expect(run.said).toMatch(/is set, and nothing is sent: OTEL_EXPORTER_OTLP_PROTOCOL is grpc/)
  const asked = await project.plinth(['start', '--port', '0', '--otlp'], {
    env: { BETTER_AUTH_SECRET: secret, DATABASE_URL: 'pglite:memory', ...bare },
  })
  expect(asked.code).toBe(1)
  expect(asked.stderr).toMatch(/OTEL_EXPORTER_OTLP_PROTOCOL is grpc: Plinth sends http\/protobuf/)
  using without = cliProject({ 'src/api.ts': api })
  const missing = await without.plinth(['start', '--port', '0', '--otlp'], {
    env: { BETTER_AUTH_SECRET: secret, DATABASE_URL: 'pglite:memory' },
  })
  expect(missing.stderr).toMatch(
    /sdk-trace is missing.* Run: npm install .*@opentelemetry\/sdk-trace@\^3/,
  )
})
