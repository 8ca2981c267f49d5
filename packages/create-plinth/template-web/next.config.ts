import type { NextConfig } from 'next'

const config: NextConfig = {
  serverExternalPackages: ['@electric-sql/pglite', 'kysely', 'pg'],
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
}
export default config
