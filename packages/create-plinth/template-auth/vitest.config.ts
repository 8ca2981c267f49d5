import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,test}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Each file of tests has its own embedded Postgres, in memory.
    env: { DATABASE_URL: 'pglite:memory', BETTER_AUTH_URL: 'http://localhost:8000' },
  },
})
