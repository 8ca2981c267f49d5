import { readEnv } from '../settings/read-env.ts'
import { hasPart, loadEnv, type Project } from './project.ts'

/** What HS256 tokens of a service are made with. */
export interface SigningSecret {
  readonly secret: string
  /** The frontend's origin; `undefined` where none is set. */
  readonly issuer: string | undefined
}

const texts = (env: Readonly<Record<string, unknown>>): SigningSecret | undefined => {
  const { BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: url } = env
  if (typeof secret !== 'string' || secret === '') return undefined
  const issuer = typeof url === 'string' ? URL.parse(url)?.origin : undefined
  return { secret, issuer }
}

/** The service's secret: of its settings, or of the environment and `.env` where it has none. */
export async function readSigningSecret(project: Project): Promise<SigningSecret | undefined> {
  const env = hasPart(project, 'env') ? texts(await loadEnv(project)) : undefined
  if (env !== undefined) return env
  const { values } = readEnv(project.root, ['.env', '.env.local'], process.env)
  return texts(Object.fromEntries([...values].map(([name, { text }]) => [name, text])))
}
