import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { plant } from './planted.ts'

const repository = join(import.meta.dirname, '../..')
const support = (name: string): string => join(repository, 'packages/plinth/test/support', name)

const run = (
  files: Record<string, string>,
  env: NodeJS.ProcessEnv = {},
): { output: string; code: number | null } => {
  using planted = plant(files)
  const vitest = spawnSync(
    process.execPath,
    [
      join(repository, 'node_modules/vitest/vitest.mjs'),
      'run',
      `--root=${planted.root}`,
      '--reporter=default',
      `--reporter=${join(repository, 'scripts/test/closing-line.ts')}`,
    ],
    { cwd: planted.root, encoding: 'utf8', env: { PATH: process.env['PATH'], ...env } },
  )
  return { output: vitest.stderr + vitest.stdout, code: vitest.status }
}

const lastLineOf = (
  files: Record<string, string>,
): { line: string | undefined; code: number | null } => {
  const { output, code } = run(files)
  return { line: output.trimEnd().split('\n').at(-1), code }
}

const one = (text: string): string => `import { expect, test } from 'vitest'\n${text}\n`

test('the last line of a run is the number of passed and failed tests', () => {
  const passes = "test('a', () => expect(1).toBe(1))\ntest.skip('b', () => {})"
  expect(lastLineOf({ 'a.test.ts': one(passes) })).toEqual({ line: '1 passed, 0 failed', code: 0 })
})

test('a failed test, a file that cannot be read and a failed hook each count as failed', () => {
  const { line, code } = lastLineOf({
    'a.test.ts': one("test('a', () => expect(1).toBe(2))\ntest('b', () => {})"),
    'b.test.ts': one("throw new Error('unreadable')"),
    'c.test.ts': `import { beforeAll, test } from 'vitest'\nbeforeAll(() => { throw new Error('no') })\ntest('c', () => {})\n`,
  })
  expect(line).toBe('1 passed, 3 failed')
  expect(code).toBe(1)
})

test('an uncaught error counts as a failed test', () => {
  const text =
    "test('a', () => { setTimeout(() => { throw new Error('late') }) ; return new Promise((r) => setTimeout(r, 50)) })"
  expect(lastLineOf({ 'a.test.ts': one(text) })).toEqual({ line: '1 passed, 1 failed', code: 1 })
})

// not in one piece, or vitest would read it as a tag of this file
const tagLine = ['// @module', 'tag chromium'].join('-')
const needy = {
  'vitest.config.ts': `import { programTags } from ${JSON.stringify(support('external-programs.ts'))}
export default { test: { tags: programTags } }
`,
  'a.test.ts': `${tagLine}
import { beforeAll, expect, test } from 'vitest'
import { pathOf } from ${JSON.stringify(support('external-programs.ts'))}
let browser = ''
beforeAll(() => void (browser = pathOf('chromium')))
test('a page', () => expect(browser).not.toBe(''))
`,
  'b.test.ts': one("test('b', () => expect(1).toBe(1))"),
}
/** A machine with Node and nothing else. */
const bare = { PATH: dirname(process.execPath) }
const sentence = 'Install it with: apt-get install chromium'

test('the tests of a missing program are skipped, and listed with the command that installs it', () => {
  const { output, code } = run(needy, bare)
  expect(output).toMatch(
    `Not run without chromium. ${sentence}\n  a.test.ts > a page\n1 passed, 0 failed`,
  )
  expect(code).toBe(0)
})

test('in continuous integration, the tests of a missing program fail', () => {
  const { output, code } = run(needy, { ...bare, CI: 'true' })
  expect(output).toContain(`This test needs chromium. ${sentence}`)
  expect(output).toContain('1 passed, 1 failed')
  expect(code).toBe(1)
})
