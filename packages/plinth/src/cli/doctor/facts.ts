import type { App } from '../../app/app.types.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { keepNothing } from '../../settings/keep-generated.ts'
import { mode, type Mode } from '../../settings/mode.ts'
import { readEnv, type EnvValue } from '../../settings/read-env.ts'
import { describeSettings, type SettingRow } from '../../settings/made-settings.ts'
import { ownBetterAuth } from '../own-better-auth.ts'
import { hasPart, loadApi, loadEnv, type Project } from '../project.ts'
import { problem, warning, type Finding } from './finding.ts'
import { settingsFindings } from './settings-findings.ts'

/** The input of the checks, gathered once and never changed. */
export interface DoctorFacts {
  readonly project: Project
  readonly mode: Mode
  /** `undefined` if it cannot be loaded: a check that depends on it is then skipped. */
  readonly loaded: LoadedApp | undefined
  /** A setting as the service would read it: a string or number, and its source. */
  setting(name: string): SettingValue | undefined
  /** True if the service's settings declare it. */
  declares(name: string): boolean
}

/** The app of the service, and what it authenticates with. */
export interface LoadedApp {
  readonly api: App
  /** True if Better Auth runs in the service, so that no frontend has its keys. */
  readonly hasBetterAuth: boolean
}

/** A setting's value as text, and its source. */
export interface SettingValue {
  readonly text: string
  /** For example `environment`, `.env:3` or `default`. */
  readonly source: string
}

interface LoadedService {
  readonly env: Readonly<Record<string, unknown>> | undefined
  readonly rows: readonly SettingRow[]
  readonly loaded: LoadedApp | undefined
  readonly findings: readonly Finding[]
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

function loadFinding(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error)
  return problem(
    'service-load',
    message,
    error instanceof PlinthError
      ? 'Fix the problem in the message, and run it again for the checks that need the app'
      : 'Run plinth routes to see the stack trace',
  )
}

/** At least one finding: an error about settings may have another form than their list. */
function loadFindings(error: unknown): readonly Finding[] {
  const isSettings = error instanceof PlinthError && error.code === 'PLINTH_SETTINGS_INVALID'
  const findings = isSettings ? settingsFindings.invalid(error.message) : []
  return findings.length > 0 ? findings : [loadFinding(error)]
}

async function loadSettings(project: Project): Promise<Omit<LoadedService, 'loaded'>> {
  if (!hasPart(project, 'env')) return { env: undefined, rows: [], findings: [] }
  try {
    const env = await loadEnv(project)
    const rows = describeSettings(env)
    return { env, rows, findings: settingsFindings.made(rows) }
  } catch (error) {
    return { env: undefined, rows: [], findings: loadFindings(error) }
  }
}

async function load(project: Project): Promise<LoadedService> {
  const settings = await loadSettings(project)
  // Every other module would only repeat what is wrong with the settings.
  if (settings.findings.some(({ level }) => level === 'problem'))
    return { ...settings, loaded: undefined }
  try {
    const api = await loadApi(project)
    const hasBetterAuth = (await ownBetterAuth(project)) !== undefined
    return { ...settings, loaded: { api, hasBetterAuth } }
  } catch (error) {
    const findings = [...settings.findings, ...loadFindings(error)]
    return { ...settings, loaded: undefined, findings }
  }
}

/** Loads the parts of a service, with a finding for each part that cannot be loaded. */
export async function gatherFacts(project: Project): Promise<{
  readonly facts: DoctorFacts
  readonly findings: readonly Finding[]
}> {
  keepNothing()
  const { values, problems, damaged } = readEnv(project.root, ['.env', '.env.local'], process.env)
  const { env, rows, loaded, findings } = await load(project)
  const lines = problems.map((text) =>
    warning(
      'env-file',
      text,
      'Write the line as NAME=value, with quotes around a multi-line value',
    ),
  )
  const sources = new Map(rows.map(({ name, source }) => [name, source]))
  return {
    findings: [
      // Loading fails because of the same file.
      ...findings.filter((one) => !damaged.some(({ problem }) => one.message.startsWith(problem))),
      ...damaged.map((one) => problem('env-file', one.problem, one.fix)),
      ...lines,
    ],
    facts: {
      project,
      mode: mode(),
      loaded,
      declares: (name) => sources.has(name),
      setting: (name) => {
        const text = textOf(env?.[name])
        if (text !== undefined) return { text, source: sources.get(name) ?? 'default' }
        return filled(values.get(name))
      },
    },
  }
}

const filled = (found: EnvValue | undefined): SettingValue | undefined =>
  found === undefined || found.text === '' ? undefined : found
