import * as z from 'zod'
import { betterAuthSecret } from '../../packages/plinth/src/settings/better-auth-secret.ts'
import { readEnv } from '../../packages/plinth/src/settings/read-env.ts'
import { settings } from '../../packages/plinth/src/settings/settings.ts'
import { freePort } from './free-port.ts'

/** The addresses and the environments of both servers. */
export interface DevSettings {
  readonly web: string
  readonly api: string
  readonly webPort: number
  readonly env: NodeJS.ProcessEnv
}

const port = (otherwise: number) => z.int().min(0).max(65_535).default(otherwise)

/**
 * Reads the root's `.env` files and the environment; each server gets the other's address.
 *
 * @throws {Error} a setting is wrong or a port is in use, as a sentence for the user
 */
export async function devSettings(root: string): Promise<DevSettings> {
  const names = { ...process.env, NODE_ENV: 'development' }
  const read = settings(
    { PORT: port(8000), WEB_PORT: port(3000), BETTER_AUTH_SECRET: betterAuthSecret() },
    { directory: root, environment: names },
  )
  const apiPort = await freePort(read.PORT, 'PORT')
  const webPort = await freePort(read.WEB_PORT, 'WEB_PORT')
  if (apiPort === webPort)
    throw new Error(`The API and the frontend cannot both use port ${webPort}: set WEB_PORT`)
  const { values } = readEnv(root, ['.env', '.env.local'], names)
  const told = Object.fromEntries([...values].map(([name, { text }]) => [name, text]))
  const web = told['BETTER_AUTH_URL'] ?? `http://localhost:${webPort}`
  const api = told['NEXT_PUBLIC_API_URL'] ?? `http://localhost:${apiPort}`
  const env = {
    CORS_ORIGINS: web,
    ...told,
    NODE_ENV: 'development' as const,
    PORT: String(apiPort),
    BETTER_AUTH_SECRET: read.BETTER_AUTH_SECRET,
    BETTER_AUTH_URL: web,
    NEXT_PUBLIC_API_URL: api,
    NEXT_TELEMETRY_DISABLED: '1',
    // Next would kill its server 100 ms after the signal
    NEXT_EXIT_TIMEOUT_MS: '3000',
    ...(process.stdout.isTTY && !process.env['NO_COLOR'] && { FORCE_COLOR: '1' }),
  }
  return { web, api, webPort, env }
}
