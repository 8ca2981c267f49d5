import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const wholeApp = ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts']
const slow = { testTimeout: 30_000, hookTimeout: 120_000 }

const projects: TestProjectInlineConfiguration[] = [
  {
    test: {
      name: 'unit',
      include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
      setupFiles: ['scripts/test/clean-environment.ts'],
      ...slow,
    },
  },
  {
    test: {
      name: 'types',
      include: [],
      typecheck: {
        enabled: true,
        only: true,
        include: ['packages/*/{src,test}/**/*.test-d.ts', 'apps/*/{src,test}/**/*.test-d.ts'],
        tsconfig: 'tsconfig.json',
        spawnTimeout: 60_000,
      },
    },
  },
  {
    test: {
      name: 'app-pglite',
      include: wholeApp,
      setupFiles: ['scripts/test/clean-environment.ts'],
      ...slow,
    },
  },
  {
    test: {
      name: 'app-postgres',
      include: wholeApp,
      // browsers, sockets and processes do not care which database is behind them: once is enough
      exclude: ['**/*.once.test.ts'],
      globalSetup: ['scripts/test/postgres.ts'],
      setupFiles: ['scripts/test/clean-environment.ts', 'scripts/test/use-postgres.ts'],
      ...slow,
    },
  },
]

export default defineConfig({
  test: {
    projects,
    maxWorkers: 2,
    reporters: ['default', './scripts/test/closing-line.ts'],
  },
})
