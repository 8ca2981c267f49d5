import {
  directUrlName,
  readDatabaseUrl,
  type PostgresTarget,
} from '../../database/drivers/database-url.ts'
import { throughPooler } from '../direct-url.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

/**
 * Checks that migrations have a direct connection to the server when DATABASE_URL leads through a pooler.
 *
 * @param direct - the direct URL, if one is set
 */
export function pooledFindings(direct: string | undefined, target: PostgresTarget): Finding[] {
  if (!target.pooled) return []
  if (direct !== undefined && !throughPooler(direct))
    return [
      ...elsewhere(direct, target),
      ok('pooled-url', `Migrations use ${directUrlName}, not the pooler`),
    ]
  const name = direct === undefined ? 'DATABASE_URL' : directUrlName
  return [
    problem(
      'pooled-url',
      `Migrations would run through a pooler: ${name} leads to ${target.location}. The lock that prevents two concurrent migrations belongs to a session, and a pooler does not keep sessions`,
      `Set ${directUrlName} to the direct URL: the same host without "-pooler"`,
    ),
  ]
}

/** Warns if the two URLs lead to different databases: one was changed and the other was not. */
function elsewhere(direct: string, target: PostgresTarget): Finding[] {
  const [there, here] = [locationOf(direct), target.location].map((url) => URL.parse(url))
  const isSame =
    there?.hostname === here?.hostname.replace('-pooler', '') && there?.pathname === here?.pathname
  if (isSame || !target.neon) return []
  return [
    warning(
      'pooled-url',
      `DATABASE_URL and ${directUrlName} lead to different databases: the service would use one, and migrations would change the other`,
      `Make ${directUrlName} the same as DATABASE_URL, without "-pooler" in the host`,
    ),
  ]
}

/** The location of a database URL, with the effective host. An invalid URL is reported elsewhere. */
function locationOf(url: string): string {
  try {
    return readDatabaseUrl(url).location
  } catch {
    return url
  }
}
