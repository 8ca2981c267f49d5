import type { MetricAttributes, MetricKind, MetricSnapshot } from './metric-snapshot.types.ts'

/** The metrics of one process. */
export interface Gathered {
  /** Labels of every line, such as the number of the worker. */
  readonly labels: MetricAttributes
  readonly metrics: readonly MetricSnapshot[]
}

/** The content type of the text. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8'

const units: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes', '1': '_ratio' }
const types: Readonly<Record<MetricKind, string>> = {
  histogram: 'histogram',
  counter: 'counter',
  upDownCounter: 'gauge',
  gauge: 'gauge',
}

/**
 * Writes metrics in Prometheus' text format.
 *
 * The names follow OpenTelemetry's rules for Prometheus: `http.server.request.duration` is
 * `http_server_request_duration_seconds`. Each metric has its lines together, those of all processes.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function prometheusText(gathered: readonly Gathered[]): string {
  const families = new Map<string, string[]>()
  for (const { labels, metrics } of gathered)
    for (const metric of metrics) {
      const name = prometheusName(metric)
      let lines = families.get(name)
      if (lines === undefined) families.set(name, (lines = head(name, metric)))
      for (const { attributes, value } of metric.numbers)
        lines.push(line(name, { ...attributes, ...labels }, value))
      for (const line of histogramLines(name, metric, labels)) lines.push(line)
    }
  return [...families.values()].map((lines) => `${lines.join('\n')}\n`).join('')
}

function prometheusName({ name, unit, kind }: MetricSnapshot): string {
  const plain = name.replace(/[^a-zA-Z0-9_]/g, '_')
  const suffix = unit === '1' && kind === 'counter' ? '' : (units[unit] ?? '')
  return `${plain}${suffix}${kind === 'counter' ? '_total' : ''}`
}

const head = (name: string, { description, kind }: MetricSnapshot): string[] => [
  `# HELP ${name} ${description.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`,
  `# TYPE ${name} ${types[kind]}`,
]

/** The buckets of a histogram are cumulative in this format. */
function* histogramLines(
  name: string,
  { boundaries, histograms }: MetricSnapshot,
  labels: MetricAttributes,
): Generator<string, void, void> {
  for (const { attributes, counts, sum, count } of histograms) {
    const own = { ...attributes, ...labels }
    let below = 0
    for (const [at, boundary] of boundaries.entries()) {
      below += counts[at] ?? 0
      yield line(`${name}_bucket`, { ...own, le: String(boundary) }, below)
    }
    yield line(`${name}_bucket`, { ...own, le: '+Inf' }, count)
    yield line(`${name}_sum`, own, sum)
    yield line(`${name}_count`, own, count)
  }
}

function line(name: string, labels: MetricAttributes, value: number): string {
  const written = Object.entries(labels).map(
    ([key, text]) => `${key.replace(/[^a-zA-Z0-9_]/g, '_')}="${escaped(String(text))}"`,
  )
  return `${name}${written.length === 0 ? '' : `{${written.join(',')}}`} ${numberText(value)}`
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }
const escaped = (text: string): string => text.replace(/[\\"\n]/g, (sign) => escapes[sign]!)

const numberText = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)
