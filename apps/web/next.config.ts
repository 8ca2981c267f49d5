import { join } from 'node:path'
import type { NextConfig } from 'next'

const ownBuild = process.env['WEB_BUILD_DIR']

const config: NextConfig = {
  // `plinth/client` comes from the workspace as TypeScript.
  transpilePackages: ['plinth'],
  serverExternalPackages: ['@electric-sql/pglite', 'better-auth', 'kysely', 'pg'],
  turbopack: { root: join(import.meta.dirname, '../..') },
  // A second server on this folder, such as a test's, needs a separate build folder. It skips the
  // type check, because `npm run check` does that.
  distDir: ownBuild ?? '.next',
  typescript: { ignoreBuildErrors: ownBuild !== undefined },
  devIndicators: false,
  poweredByHeader: false,
}
export default config
