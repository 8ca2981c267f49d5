import { defineConfig } from 'vitest/config'
import { programTags } from '../../packages/plinth/test/support/external-programs.ts'

// Runs the whole-app tests through a proxy: PLINTH_TEST_THROUGH=neon or pgbouncer.
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts'],
    // the mutations prove the isolation test, not a driver
    exclude: ['**/*.once.test.ts', '**/isolation-mutations.*', '**/node_modules/**'],
    globalSetup: ['scripts/test/through.ts'],
    setupFiles: [
      'scripts/test/fresh-file.ts',
      'scripts/test/clean-environment.ts',
      'scripts/test/use-through.ts',
    ],
    tags: programTags,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    isolate: false,
    maxWorkers: 2,
    reporters: ['default', './scripts/test/closing-line.ts'],
  },
})
