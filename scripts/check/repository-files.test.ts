import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { changelogCheck } from './changelog.ts'
import { formatFinding } from './finding.ts'
import { machinePathsCheck } from './machine-paths.ts'

// concatenated, so that this file is not a finding itself
const somewhere = (...parts: string[]): string => ['', ...parts].join('/')

test.each([
  somewhere('home', 'ann', 'plinth'),
  somewhere('Users', 'ann'),
  somewhere('root', '.npmrc'),
  ['C:', 'Users', 'ann'].join('\\'),
])('a file that names %s is reported', async (path) => {
  using planted = plant({ 'docs/a.md': `one\nsee ${path} for it\n`, 'tsconfig.json': '{}' })
  expect((await machinePathsCheck.run(planted.root)).map(formatFinding)).toEqual([
    expect.stringMatching(/^docs\/a\.md:2 names a folder that exists on one machine/),
  ])
})

test('a URL, a relative path and an API path are not reported', async () => {
  const text = 'https://example.org/home/ann ./home/ann /api/users /docs\n'
  using planted = plant({ 'docs/a.md': text, 'tsconfig.json': '{}' })
  expect(await machinePathsCheck.run(planted.root)).toEqual([])
})

test('a file beside the pinned ones of Scalar is reported', async () => {
  const text = `see ${somewhere('home', 'user', 'documents')}\n`
  using planted = plant({
    'packages/plinth/assets/scalar/standalone.js': text,
    'packages/plinth/assets/scalar/other.js': text,
    'tsconfig.json': '{}',
  })
  const found = await machinePathsCheck.run(planted.root)
  expect(found.map(({ file }) => file)).toEqual(['packages/plinth/assets/scalar/other.js'])
})

test('a package of another registry is reported in the lock file', async () => {
  using planted = plant({
    'tsconfig.json': '{}',
    'package-lock.json':
      '"resolved": "https://registry.npmjs.org/a.tgz"\n"resolved": "http://npm.example.org/b.tgz"\n',
  })
  expect((await machinePathsCheck.run(planted.root)).map(formatFinding)).toEqual([
    'package-lock.json:2 comes from another registry',
  ])
})

test('a file that names another version than the newest one of the changelog is reported', async () => {
  using planted = plant({
    'CHANGELOG.md':
      '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n## 0.1.0 (2026-11-01)\n',
    'package.json': '{\n  "version": "0.2.0"\n}\n',
    'packages/plinth/package.json': '{\n  "version": "0.1.0"\n}\n',
    'docs/cli.md': 'Tasks on plinth 0.2.0, ready\n\nTasks on plinth 0.1.0, ready\n',
  })
  expect((await changelogCheck.run(planted.root)).map(formatFinding)).toEqual([
    'packages/plinth/package.json:2 has version 0.1.0 instead of 0.2.0, the newest one of CHANGELOG.md',
    'docs/cli.md:3 has version 0.1.0 instead of 0.2.0, the newest one of CHANGELOG.md',
  ])
})

test('a changelog that breaks its policy is reported with the line', async () => {
  using planted = plant({
    'CHANGELOG.md': '# Changelog\n\n## Unreleased\n\n### Removed\n\n- `a()`.\n',
    'packages/plinth/package.json': '{\n  "version": "0.1.0"\n}\n',
  })
  expect((await changelogCheck.run(planted.root)).map(formatFinding)).toEqual([
    'CHANGELOG.md:7 say in a second sentence what users must do instead',
  ])
})
