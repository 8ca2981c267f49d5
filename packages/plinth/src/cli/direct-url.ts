import { isPooled } from '../database/drivers/database-url.ts'
import { readEnv } from '../settings/read-env.ts'
import type { Project } from './project.ts'

/** The setting that has the URL of the server itself, where DATABASE_URL leads through a pooler: as Neon names it. */
export const directUrlName = 'DATABASE_URL_UNPOOLED'

/** Whether it is a URL through a pooler; what is no URL at all is said elsewhere. */
export function throughPooler(url: string): boolean {
  try {
    return isPooled(url)
  } catch {
    return false
  }
}

/**
 * The URL for migrations, of the environment or `.env` files; `undefined` where DATABASE_URL is direct itself.
 *
 * A DATABASE_URL that is set aside for another, as in `.env.local`, leaves the direct URL of the first behind: it must
 * not be migrated then.
 */
export function directUrl(project: Project): string | undefined {
  const { values } = readEnv(project.root, ['.env', '.env.local'], process.env)
  if (!throughPooler(values.get('DATABASE_URL')?.text ?? '')) return undefined
  return values.get(directUrlName)?.text || undefined
}
