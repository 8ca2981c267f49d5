import { PlinthError } from '../../errors/plinth-error.ts'
import type { Environment } from '../../settings/mode.ts'

/** The sampler that the environment names. */
export interface SamplerChoice {
  readonly kind: 'always_on' | 'always_off' | 'traceidratio'
  /** `true` if the caller's decision goes first. */
  readonly isParentBased: boolean
  /** The part of the traces that is sampled, from 0 to 1. */
  readonly ratio: number
}

/** The standard variables of OpenTelemetry, as far as the exporters do not read them themselves. */
export interface OtlpSettings {
  readonly sampler: SamplerChoice
  readonly traces: boolean
  readonly metrics: boolean
  /** Milliseconds between two exports of metrics. */
  readonly metricInterval: number
}

const endpoints = ['', 'TRACES_', 'METRICS_'].map((part) => `OTEL_EXPORTER_OTLP_${part}ENDPOINT`)
const protocols = ['', 'TRACES_', 'METRICS_'].map((part) => `OTEL_EXPORTER_OTLP_${part}PROTOCOL`)

const invalid = (message: string): PlinthError =>
  new PlinthError('PLINTH_SETTINGS_INVALID', message)

/**
 * Reads the standard variables.
 *
 * @param isAsked - `true` with `--otlp`, where no endpoint has to be set
 * @returns `undefined` if nothing is to be sent
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: a variable has a value that is not supported
 */
export function otlpSettings(environment: Environment, isAsked: boolean): OtlpSettings | undefined {
  const read = (name: string): string => environment[name]?.trim() ?? ''
  if (read('OTEL_SDK_DISABLED').toLowerCase() === 'true') return undefined
  if (!isAsked && endpoints.every((name) => read(name) === '')) return undefined
  for (const name of protocols) {
    const protocol = read(name)
    if (protocol !== '' && protocol !== 'http/protobuf')
      throw invalid(
        `${name} is ${protocol}: Plinth sends http/protobuf. Set ${name}=http/protobuf, and the port of your collector for it, 4318 by default`,
      )
  }
  const isOn = (name: string): boolean => {
    const exporter = read(name) || 'otlp'
    if (exporter !== 'otlp' && exporter !== 'none')
      throw invalid(`${name} is ${exporter}: set it to otlp or none, or set up the SDK yourself`)
    return exporter === 'otlp'
  }
  const interval = read('OTEL_METRIC_EXPORT_INTERVAL') || '60000'
  if (!/^[1-9]\d{0,8}$/.test(interval))
    throw invalid(`OTEL_METRIC_EXPORT_INTERVAL is ${interval}: set it to milliseconds`)
  return {
    sampler: samplerOf(read('OTEL_TRACES_SAMPLER'), read('OTEL_TRACES_SAMPLER_ARG')),
    traces: isOn('OTEL_TRACES_EXPORTER'),
    metrics: isOn('OTEL_METRICS_EXPORTER'),
    metricInterval: Number(interval),
  }
}

function samplerOf(name: string, argument: string): SamplerChoice {
  const [, parent, kind] =
    /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(name || 'parentbased_always_on') ??
    []
  if (kind === undefined)
    throw invalid(
      `OTEL_TRACES_SAMPLER is ${name}: set it to always_on, always_off or traceidratio, with parentbased_ in front if the caller decides first`,
    )
  const ratio = argument === '' ? 1 : Number(argument)
  if (kind === 'traceidratio' && !(ratio >= 0 && ratio <= 1))
    throw invalid(`OTEL_TRACES_SAMPLER_ARG is ${argument}: set it to a number from 0 to 1`)
  // The expression allows no other word.
  return { kind: kind as SamplerChoice['kind'], isParentBased: parent !== undefined, ratio }
}
