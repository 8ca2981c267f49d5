import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plant } from './planted.ts'

const repository = join(import.meta.dirname, '../..')

const lastLineOf = (
  files: Record<string, string>,
): { line: string | undefined; code: number | null } => {
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
    { cwd: planted.root, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  )
  return { line: vitest.stdout.trimEnd().split('\n').at(-1), code: vitest.status }
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
