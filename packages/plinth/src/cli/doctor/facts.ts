import type { App } from '../../app/app.types.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { keepNothing } from '../../settings/keep-generated.ts'
import { mode, type Mode } from '../../settings/mode.ts'
import { readEnv, type EnvValue } from '../../settings/read-env.ts'
import { describeSettings, type SettingRow } from '../../settings/settings.ts'
import { hasPart, loadApi, loadEnv, type Project } from '../project.ts'
import { problem, warning, type Finding } from './finding.ts'
import { settingsFindings } from './settings-findings.ts'

/** What the checks look at: gathered once, and nothing of it changed. */
export interface DoctorFacts {
  readonly project: Project
  readonly mode: Mode
  /** `undefined` where it cannot be loaded. */
  readonly api: App | undefined
  /** A setting as the service would have it: a text or number, and where it is from. */
  setting(name: string): SettingValue | undefined
  /** Whether the service's settings name it. */
  declares(name: string): boolean
}

/** A setting's value, as text. */
export interface SettingValue {
  readonly text: string
  /** As `environment`, `.env:3` or `default`. */
  readonly source: string
}

interface LoadedService {
  readonly env: Readonly<Record<string, unknown>> | undefined
  readonly rows: readonly SettingRow[]
  readonly api: App | undefined
  readonly findings: readonly Finding[]
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

function loadFinding(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error)
  return problem(
    'service-load',
    message,
    error instanceof PlinthError ? 'Mend what the message names' : 'See the stack: plinth routes',
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
  // what its settings lack, every other module would only say again
  if (settings.findings.some(({ level }) => level === 'problem'))
    return { ...settings, api: undefined }
  try {
    return { ...settings, api: await loadApi(project) }
  } catch (error) {
    const isSettings = error instanceof PlinthError && error.code === 'PLINTH_SETTINGS_INVALID'
    const findings = isSettings ? settingsFindings.invalid(error.message) : [loadFinding(error)]
    return { ...settings, api: undefined, findings: [...settings.findings, ...findings] }
  }
}

/** Loads what there is of a service, and says what cannot be. */
export async function gatherFacts(project: Project): Promise<{
  readonly facts: DoctorFacts
  readonly findings: readonly Finding[]
}> {
  keepNothing()
  const { values, problems } = readEnv(project.root, ['.env', '.env.local'], process.env)
  const { env, rows, api, findings } = await load(project)
  const lines = problems.map((text) =>
    warning(
      'env-file',
      text,
      'Write the line as NAME=value, with quotes around a value of several lines',
    ),
  )
  const sources = new Map(rows.map(({ name, source }) => [name, source]))
  return {
    findings: [...findings, ...lines],
    facts: {
      project,
      mode: mode(),
      api,
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
