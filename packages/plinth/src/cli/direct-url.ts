import { readEnv } from '../settings/read-env.ts'
import type { Project } from './project.ts'

/** The setting that has the URL of the server itself, where DATABASE_URL leads through a pooler: as Neon names it. */
export const directUrlName = 'DATABASE_URL_UNPOOLED'

/** The URL for migrations, of the environment or `.env` files; `undefined` where DATABASE_URL will do. */
export function directUrl(project: Project): string | undefined {
  const { values } = readEnv(project.root, ['.env', '.env.local'], process.env)
  return values.get(directUrlName)?.text || undefined
}
