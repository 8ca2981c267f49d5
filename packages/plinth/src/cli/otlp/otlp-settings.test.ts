import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadOtlpPackages } from './otlp-packages.ts'
import { otlpSettings } from './otlp-settings.ts'

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }

describe('the standard variables of OpenTelemetry', () => {
  it('turn OTLP on with an endpoint, and OTEL_SDK_DISABLED turns it off, --otlp included', () => {
    expect(otlpSettings({}, false)).toBeUndefined()
    expect(otlpSettings({}, true)).toBeDefined()
    expect(otlpSettings(endpoint, false)).toEqual({
      sampler: { kind: 'always_on', isParentBased: true, ratio: 1 },
      traces: true,
      metrics: true,
      metricInterval: 60_000,
    })
    expect(otlpSettings({ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, true)).toBeUndefined()
  })
  it('choose the sampler, the signals and the interval', () => {
    const chosen = otlpSettings(
      {
        ...endpoint,
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.01',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_METRIC_EXPORT_INTERVAL: '5000',
      },
      false,
    )
    expect(chosen).toEqual({
      sampler: { kind: 'traceidratio', isParentBased: false, ratio: 0.01 },
      traces: true,
      metrics: false,
      metricInterval: 5000,
    })
  })
  it('are refused where a value is not supported, with the value to set', () => {
    const refused = (more: Record<string, string>) => () =>
      otlpSettings({ ...endpoint, ...more }, false)
    expect(refused({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(
      /is grpc: Plinth sends http\/protobuf. Set OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf/,
    )
    expect(refused({ OTEL_TRACES_SAMPLER: 'jaeger_remote' })).toThrow(/set it to always_on/)
    expect(refused({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' })).toThrow(
      /a number from 0 to 1/,
    )
    expect(refused({ OTEL_TRACES_EXPORTER: 'zipkin' })).toThrow(/set it to otlp or none/)
    expect(refused({ OTEL_METRIC_EXPORT_INTERVAL: '1m' })).toThrow(/set it to milliseconds/)
  })
})

describe('the packages that OTLP needs', () => {
  it('are named with the command that installs them, if they are missing or of SDK 2', async () => {
    const root = mkdtempSync(join(tmpdir(), 'otlp-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    const install = (name: string, version: string): void => {
      const folder = join(root, 'node_modules', name)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'x.js' }))
      writeFileSync(join(folder, 'x.js'), '')
    }
    writeFileSync(join(root, 'package.json'), '{}')
    install('@opentelemetry/api', '1.10.0')
    install('@opentelemetry/core', '2.12.1')
    const error = await loadOtlpPackages(root).catch((thrown: Error) => thrown.message)
    expect(error).toMatch(/@opentelemetry\/sdk-trace is missing/)
    expect(error).toMatch(/@opentelemetry\/core is 2.12.1, and 3.0 or later is needed/)
    expect(error).not.toMatch(/api is/)
    expect(error).toMatch(
      /npm install @opentelemetry\/api@\^1.10.0 @opentelemetry\/sdk-trace@\^3.1/,
    )
  })
})
