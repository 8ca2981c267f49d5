import { Option } from 'commander'

/** The option `--otlp` of the commands that run a service. */
export const otlpOption = (): Option =>
  new Option(
    '--otlp',
    'send traces and metrics by OTLP over HTTP (default: if OTEL_EXPORTER_OTLP_ENDPOINT is set)',
  )
