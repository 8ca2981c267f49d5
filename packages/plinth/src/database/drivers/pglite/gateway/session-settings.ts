import type { PGlite } from '@electric-sql/pglite'
import { quoteQualified } from '../../../../sql/quote-identifier.ts'

/** Settings of a session that differ from the defaults, such as `search_path` after SET. */
export type SessionSettings = readonly (readonly [name: string, value: string])[]

// Postgres lists no setting whose name it does not know, such as `app.user`.
const changed = `select name, setting from pg_settings where source = 'session'
union all select name, current_setting(name, true) from unnest($1::text[]) as name
  where current_setting(name, true) is not null
union all select 'session_authorization', session_user where session_user <> 'postgres'
union all select 'role', current_setting('role') where current_setting('role') <> 'none'`

/**
 * Reads the settings that were changed in the session.
 *
 * @param names - names that Postgres does not know
 */
export async function readSettings(
  pglite: PGlite,
  names: ReadonlySet<string>,
): Promise<SessionSettings> {
  const { rows } = await pglite.query<{ name: string; setting: string }>(changed, [[...names]])
  return rows.map(({ name, setting }) => [name, setting] as const)
}

/** Changes settings in the session. */
export async function applySettings(pglite: PGlite, settings: SessionSettings): Promise<void> {
  for (const [name, value] of settings)
    await pglite.query('select set_config($1, $2, false)', [name, value])
}

/** Replaces settings of the session by others. */
export async function replaceSettings(
  pglite: PGlite,
  before: SessionSettings,
  after: SessionSettings,
): Promise<void> {
  const kept = new Set(after.map(([name]) => name))
  const resets = before
    .filter(([name]) => !kept.has(name) && name !== 'role' && name !== 'session_authorization')
    .map(([name]) => `; reset ${quoteQualified(name)}`)
  await pglite.exec(`reset session authorization; reset role${resets.join('')}`)
  await applySettings(pglite, after)
}
