import type { App } from '../../app/app.types.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { keepNothing } from '../../settings/keep-generated.ts'
import { mode, type Mode } from '../../settings/mode.ts'
import { readEnv, type EnvValue } from '../../settings/read-env.ts'
import { describeSettings, type SettingRow } from '../../settings/made-settings.ts'
import { isBetterAuthInstance } from '../../database/kysely/better-auth-instance.ts'
import { hasPart, loadApi, loadEnv, loadPart, type Project } from '../project.ts'
import { problem, warning, type Finding } from './finding.ts'
import { settingsFindings } from './settings-findings.ts'

/** The input of the checks, gathered once and never changed. */
export interface DoctorFacts {
  readonly project: Project
  readonly mode: Mode
  /** `undefined` if it cannot be loaded. */
  readonly api: App | undefined
  /** True if Better Auth runs in the service, so that no frontend has its keys. */
  readonly hasBetterAuth: boolean
  /** A setting as the service would read it: a string or number, and its source. */
  setting(name: string): SettingValue | undefined
  /** True if the service's settings declare it. */
  declares(name: string): boolean
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
  readonly api: App | undefined
  readonly hasBetterAuth?: boolean
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
      ? 'Fix the problem in the message'
      : 'Run plinth routes to see the stack trace',
  )
}

async function loadSettings(project: Project): Promise<Omit<LoadedService, 'api'>> {
  if (!hasPart(project, 'env')) return { env: undefined, rows: [], findings: [] }
  try {
    const env = await loadEnv(project)
    const rows = describeSettings(env)
    return { env, rows, findings: settingsFindings.made(rows) }
  } catch (error) {
    const isSettings = error instanceof PlinthError && error.code === 'PLINTH_SETTINGS_INVALID'
    const findings = isSettings ? settingsFindings.invalid(error.message) : [loadFinding(error)]
    return { env: undefined, rows: [], findings }
  }
}

async function load(project: Project): Promise<LoadedService> {
  const settings = await loadSettings(project)
  // Every other module would only repeat what is wrong with the settings.
  if (settings.findings.some(({ level }) => level === 'problem'))
    return { ...settings, api: undefined }
  try {
    const api = await loadApi(project)
    const exported = hasPart(project, 'auth') ? Object.values(await loadPart(project, 'auth')) : []
    return { ...settings, api, hasBetterAuth: exported.some(isBetterAuthInstance) }
  } catch (error) {
    const isSettings = error instanceof PlinthError && error.code === 'PLINTH_SETTINGS_INVALID'
    const findings = isSettings ? settingsFindings.invalid(error.message) : [loadFinding(error)]
    return { ...settings, api: undefined, findings: [...settings.findings, ...findings] }
  }
}

/** Loads the parts of a service, with a finding for each part that cannot be loaded. */
export async function gatherFacts(project: Project): Promise<{
  readonly facts: DoctorFacts
  readonly findings: readonly Finding[]
}> {
  keepNothing()
  const { values, problems, damaged } = readEnv(project.root, ['.env', '.env.local'], process.env)
  const { env, rows, api, hasBetterAuth = false, findings } = await load(project)
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
      ...findings,
      ...damaged.map((one) => problem('env-file', one.problem, one.fix)),
      ...lines,
    ],
    facts: {
      project,
      mode: mode(),
      api,
      hasBetterAuth,
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
