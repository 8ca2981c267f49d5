import { directUrlName, isPooled } from '../database/drivers/database-url.ts'
import { readEnv } from '../settings/read-env.ts'
import type { Project } from './project.ts'

/** True for a URL through a pooler; false for an invalid URL, which is reported elsewhere. */
export function throughPooler(url: string): boolean {
  try {
    return isPooled(url)
  } catch {
    return false
  }
}

/**
 * The URL for migrations, from the environment or `.env` files; `undefined` if DATABASE_URL is direct already.
 *
 * When another DATABASE_URL overrides the pooled one, for example in `.env.local`, the direct URL of the overridden
 * database is still set. It is ignored then: that database must not be migrated.
 */
export function directUrl(project: Project): string | undefined {
  const { values } = readEnv(project.root, ['.env', '.env.local'], process.env)
  if (!throughPooler(values.get('DATABASE_URL')?.text ?? '')) return undefined
  return values.get(directUrlName)?.text || undefined
}
