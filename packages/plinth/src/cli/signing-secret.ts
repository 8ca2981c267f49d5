import { readEnv } from '../settings/read-env.ts'
import { hasPart, loadEnv, type Project } from './project.ts'

/** The secret and issuer of a service's HS256 tokens. */
export interface SigningSecret {
  readonly secret: string
  /** The frontend's origin; `undefined` if none is set. */
  readonly issuer: string | undefined
}

const secretIn = (env: Readonly<Record<string, unknown>>): SigningSecret | undefined => {
  const { BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: url } = env
  if (typeof secret !== 'string' || secret === '') return undefined
  const issuer = typeof url === 'string' ? URL.parse(url)?.origin : undefined
  return { secret, issuer }
}

/** Reads the service's secret from its settings, or else from the environment and `.env` files. */
export async function readSigningSecret(project: Project): Promise<SigningSecret | undefined> {
  const fromSettings = hasPart(project, 'env') ? secretIn(await loadEnv(project)) : undefined
  if (fromSettings !== undefined) return fromSettings
  const { values } = readEnv(project.root, ['.env', '.env.local'], process.env)
  return secretIn(Object.fromEntries([...values].map(([name, { text }]) => [name, text])))
}
