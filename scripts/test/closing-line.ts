import type { Reporter, TestModule } from 'vitest/node'

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

/** Ends the output of `npm test` with a line `N passed, N failed`, for people and scripts. */
export default class ClosingLine implements Reporter {
  #counts = { passed: 0, failed: 0 }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = countTests(modules)
    this.#counts = { passed: counts.passed, failed: counts.failed + errors.length }
    // after the summary of the default reporter, which prints on the same event
    process.once('exit', (code) => {
      console.log(`${this.#counts.passed} passed, ${this.#counts.failed} failed`)
      // embedded Postgres has a hook that exits with 0 even after failed tests
      if (this.#counts.failed > 0 && code === 0) process.exitCode = 1
    })
  }
}
