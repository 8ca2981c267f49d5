import { readDatabaseUrl, type PostgresTarget } from '../../database/drivers/database-url.ts'
import { directUrlName, throughPooler } from '../direct-url.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

/**
 * Whether migrations have a way to the server itself.
 *
 * @param direct - the direct URL, where one is set
 */
export function pooledFindings(direct: string | undefined, target: PostgresTarget): Finding[] {
  if (!target.pooled) return []
  if (direct !== undefined && !throughPooler(direct))
    return [
      ...elsewhere(direct, target),
      ok('pooled-url', `Migrations go by ${directUrlName}, and not through the pooler`),
    ]
  const which = direct === undefined ? 'DATABASE_URL' : directUrlName
  return [
    problem(
      'pooled-url',
      `Migrations would run through a pooler: ${which} leads to ${target.location}, and the lock that keeps two migrations apart belongs to a session, which a pooler does not keep`,
      `Set ${directUrlName} to the direct URL: the same host without "-pooler"`,
    ),
  ]
}

/** One was changed, and not the other: the migrations would go to another database than the service. */
function elsewhere(direct: string, target: PostgresTarget): Finding[] {
  const [there, here] = [locationOf(direct), target.location].map((url) => URL.parse(url))
  const isSame =
    there?.hostname === here?.hostname.replace('-pooler', '') && there?.pathname === here?.pathname
  if (isSame || !target.neon) return []
  return [
    warning(
      'pooled-url',
      `DATABASE_URL and ${directUrlName} lead to different databases: the service would use one, and migrations change the other`,
      `Make ${directUrlName} the same as DATABASE_URL, but for "-pooler" in the host`,
    ),
  ]
}

/** Where a URL leads, by the host that counts; what is no database URL is said elsewhere. */
function locationOf(url: string): string {
  try {
    return readDatabaseUrl(url).location
  } catch {
    return url
  }
}
