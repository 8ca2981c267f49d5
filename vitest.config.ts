import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { isSkipped, programTags } from './packages/plinth/test/support/external-programs.ts'
import { shortLived } from './packages/plinth/test/support/short-lived.ts'
import { useRunFolder } from './scripts/test/run-folder.ts'

useRunFolder()

const wholeApp = ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts']
// upper bounds that only a hanging test reaches, even on a machine that is busy with something else
const limits = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 120_000 } },
}

/** The options of all projects whose tests run. */
const common = {
  ...limits,
  execArgv: [...shortLived],
  // files share processes, and `fresh-file.ts` separates them
  isolate: false,
}
const setupFiles = ['scripts/test/fresh-file.ts', 'scripts/test/clean-environment.ts']

const projects: TestProjectInlineConfiguration[] = [
  {
    test: {
      name: 'unit',
      include: ['{packages,apps}/*/src/**/*.test.ts', '{bench/src,scripts}/**/*.test.ts'],
      setupFiles,
      ...common,
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
        // nothing but the type tests: npm run check compiles the rest
        tsconfig: 'tsconfig.type-tests.json',
        spawnTimeout: 300_000,
      },
    },
  },
  {
    test: {
      name: 'app-pglite',
      include: wholeApp,
      // hundreds of statements on new databases, which takes PGlite five times as long
      exclude: process.env['PLINTH_TEST_ALL'] ? [] : ['**/*.postgres.test.ts'],
      setupFiles,
      ...common,
    },
  },
  {
    test: {
      name: 'app-postgres',
      include: isSkipped('postgres') ? [] : wholeApp,
      // browsers, sockets and processes do not care which database is behind them: once is enough
      exclude: ['**/*.once.test.ts'],
      globalSetup: ['scripts/test/postgres.ts'],
      setupFiles: [...setupFiles, 'scripts/test/use-postgres.ts'],
      ...common,
    },
  },
]

export default defineConfig({
  test: {
    projects,
    tags: programTags,
    // one more than CI has processors, because many tests wait for a timer or a process
    maxWorkers: 3,
    reporters: ['default', './scripts/test/closing-line.ts'],
  },
})
