import { describeSettings, type SettingRow } from '../../settings/made-settings.ts'
import { mode } from '../../settings/mode.ts'
import type { DevService } from '../dev-service.types.ts'
import type { DevEndpoint } from '../frame/endpoint.types.ts'

/** The settings of the service. Secrets are redacted, always. */
export interface ShownSettings {
  readonly mode: string
  /** The folder that `.env` files are read from. */
  readonly root: string
  /** `null` if the service exports no settings. */
  readonly settings: readonly SettingRow[] | null
}

const readSettings = ({ env, root }: DevService): ShownSettings => ({
  mode: mode(),
  root,
  settings: env === undefined ? null : describeSettings(env),
})

/** The endpoint of the view "Settings". */
export const settingEndpoints: readonly DevEndpoint[] = [
  { method: 'GET', path: '/settings', run: ({ service }) => readSettings(service) },
]
