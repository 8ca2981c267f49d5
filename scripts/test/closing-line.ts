import type { Reporter, TestModule, Vitest } from 'vitest/node'
import {
  externalPrograms,
  isSkipped,
  programNames,
} from '../../packages/plinth/test/support/external-programs.ts'

/** Counts the tests of a run; a file that could not be loaded counts as one failed test. */
export function countTests(modules: readonly TestModule[]): { passed: number; failed: number } {
  let passed = 0
  let failed = 0
  for (const module of modules) {
    const before = failed
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') passed += 1
      if (state === 'failed') failed += 1
    }
    // an error outside of tests, such as an import that throws or a hook that fails
    if (module.state() === 'failed' && failed === before) failed += 1
  }
  return { passed, failed }
}

/** Lists the skipped tests of missing programs, and the commands that install these. */
function listNotRun(modules: readonly TestModule[], projects: readonly string[]): string[] {
  const tests = modules.flatMap(({ relativeModuleId, children }) =>
    [...children.allTests('skipped')].map(({ options, fullName }) => ({
      tags: options.tags ?? [],
      line: `  ${relativeModuleId} > ${fullName}`,
    })),
  )
  return programNames.filter(isSkipped).flatMap((name) => {
    const own = tests.filter(({ tags }) => tags.includes(name)).map(({ line }) => line)
    if (name === 'postgres' && projects.includes('app-postgres'))
      own.push('  every whole-app test a second time, in the project app-postgres')
    if (own.length === 0) return []
    return [`Not run without ${name}. Install it with: ${externalPrograms[name].install}`, ...own]
  })
}

/**
 * Ends the output of `npm test` with a line `N passed, N failed`, for people and scripts.
 *
 * Before it are the tests that could not run on this machine.
 */
export default class ClosingLine implements Reporter {
  #lines: readonly string[] = ['0 passed, 0 failed']
  #failed = 0
  #projects: readonly string[] = []

  onInit({ projects }: Vitest): void {
    this.#projects = projects.map(({ name }) => name)
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const { passed, failed } = countTests(modules)
    this.#failed = failed + errors.length
    this.#lines = [
      ...listNotRun(modules, this.#projects),
      `${passed} passed, ${this.#failed} failed`,
    ]
    // after the summary of the default reporter, which prints on the same event
    process.once('exit', (code) => {
      console.log(this.#lines.join('\n'))
      // embedded Postgres has a hook that exits with 0 even after failed tests
      if (this.#failed > 0 && code === 0) process.exitCode = 1
    })
  }
}
