import { PlinthError } from '../../errors/plinth-error.ts'
import { readEnv } from '../../settings/read-env.ts'
import { directUrlName, readDatabaseUrl } from './database-url.ts'
import type { DatabaseServer } from './driver.ts'

/** The direct URL of the environment or the `.env` files; undefined if it is not set. */
export const directUrlSetting = (): string | undefined =>
  readEnv(process.cwd(), ['.env', '.env.local'], process.env).values.get(directUrlName)?.text ||
  undefined

/** Checks that a URL leads to a Postgres server, and not by its name through a pooler. */
export function isDirect(url: string): boolean {
  const target = readDatabaseUrl(url)
  return target.kind === 'postgres' && !target.pooled
}

/**
 * The URLs that may lead to the server without a pooler, the likeliest first.
 *
 * A pooler can be told by its name only with some providers, so both are tried where the name says nothing.
 *
 * @throws {PlinthError} `PLINTH_CHANNEL_POOLED`: the URL leads through a pooler, and no direct one is set
 */
export function listenUrls({ url, pooled }: DatabaseServer): readonly string[] {
  const setting = directUrlSetting()
  const direct = setting !== undefined && isDirect(setting) ? [setting] : []
  const urls = pooled ? direct : [url, ...direct.filter((other) => other !== url)]
  if (urls.length === 0) throw throughPooler(url, '"-pooler" in the host')
  return urls
}

/** The error of a server that can only be reached through a pooler. */
export const throughPooler = (url: string, sign: string): PlinthError =>
  new PlinthError(
    'PLINTH_CHANNEL_POOLED',
    `Channels cannot listen through ${readDatabaseUrl(url).location}: a connection pooler gives each statement another session (${sign}), and LISTEN belongs to a session. Set ${directUrlName} to the direct URL of the same server`,
  )
