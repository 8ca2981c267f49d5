import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PlinthError } from '../../errors/plinth-error.ts'

/** The packages of OpenTelemetry that a service needs, loaded from its own folder. */
export interface OtlpPackages {
  readonly api: typeof import('@opentelemetry/api')
  readonly trace: typeof import('@opentelemetry/sdk-trace')
  readonly metrics: typeof import('@opentelemetry/sdk-metrics')
  readonly hooks: typeof import('@opentelemetry/context-async-hooks')
  readonly core: typeof import('@opentelemetry/core')
  readonly resources: typeof import('@opentelemetry/resources')
  readonly traceExporter: typeof import('@opentelemetry/exporter-trace-otlp-proto')
  readonly metricExporter: typeof import('@opentelemetry/exporter-metrics-otlp-proto')
}

/** A package: its lowest version, and the range to install. */
interface Wanted {
  readonly name: string
  readonly lowest: readonly [major: number, minor: number]
  readonly install: string
}

const sdk = (name: string): Wanted => ({ name, lowest: [3, 0], install: '^3.1.0' })
const exporter = (name: string): Wanted => ({ name, lowest: [0, 300], install: '^0.301.0' })
const wanted: Readonly<Record<keyof OtlpPackages, Wanted>> = {
  api: { name: '@opentelemetry/api', lowest: [1, 9], install: '^1.10.0' },
  trace: sdk('@opentelemetry/sdk-trace'),
  metrics: sdk('@opentelemetry/sdk-metrics'),
  hooks: sdk('@opentelemetry/context-async-hooks'),
  core: sdk('@opentelemetry/core'),
  resources: sdk('@opentelemetry/resources'),
  traceExporter: exporter('@opentelemetry/exporter-trace-otlp-proto'),
  metricExporter: exporter('@opentelemetry/exporter-metrics-otlp-proto'),
}

/**
 * Loads the packages from the folder of a service.
 *
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`: some are missing or too old, with the command that installs them
 */
export async function loadOtlpPackages(root: string): Promise<OtlpPackages> {
  const found = Object.entries(wanted).map(
    ([key, each]) => [key, each, findPackage(root, each.name)] as const,
  )
  const problems = found.flatMap(([, each, at]) => problemOf(each, at))
  if (problems.length > 0)
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `OpenTelemetry’s SDK 3 is not complete here: ${problems.join(', ')}. Run: npm install ${Object.values(
        wanted,
      )
        .map(({ name, install }) => `${name}@${install}`)
        .join(' ')}`,
    )
  const loaded = await Promise.all(
    found.map(async ([key, , at]) => {
      const module = (await import(pathToFileURL(at!.entry).href)) as { default?: object }
      // CommonJS has its names on the default export, too.
      return [key, { ...module.default, ...module }] as const
    }),
  )
  // Their versions were checked above.
  return Object.fromEntries(loaded) as unknown as OtlpPackages
}

interface Found {
  readonly entry: string
  readonly version: string
}

function problemOf({ name, lowest }: Wanted, at: Found | undefined): string[] {
  if (at === undefined) return [`${name} is missing`]
  const [major = 0, minor = 0] = at.version.split('.').map(Number)
  const [least, leastMinor] = lowest
  if (major > least || (major === least && minor >= leastMinor)) return []
  return [`${name} is ${at.version}, and ${lowest.join('.')} or later is needed`]
}

function findPackage(root: string, name: string): Found | undefined {
  let entry: string
  try {
    entry = createRequire(join(root, 'package.json')).resolve(name)
  } catch {
    return undefined
  }
  for (let folder = dirname(entry); dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (!existsSync(file)) continue
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string }
    if (manifest.name === name) return { entry, version: manifest.version ?? '0' }
  }
  return undefined
}
