import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import {
  compareVersions,
  installedVersions,
  publishedRanges,
  withRanges,
} from './newest-manifests.ts'

const ranges = publishedRanges({
  dependencies: { jose: '^6.2.17' },
  devDependencies: { vitest: '5.1.1' },
  peerDependencies: { zod: '^4.6.7' },
})

test('the ranges of a package are those of its dependencies and of its peers', () => {
  expect(ranges).toEqual({ jose: '^6.2.17', zod: '^4.6.7' })
})

test('exact versions give way to the ranges, and tools of the repository stay pinned', () => {
  const manifest = {
    name: 'api',
    dependencies: { zod: '4.6.7', plinth: '0.1.0' },
    devDependencies: { jose: '6.2.17', vitest: '5.1.1' },
  }
  expect(withRanges(manifest, ranges)).toEqual({
    name: 'api',
    dependencies: { zod: '^4.6.7', plinth: '0.1.0' },
    devDependencies: { jose: '^6.2.17', vitest: '5.1.1' },
  })
})

test('versions are read from a lock file, as the published packages find them', () => {
  using planted = plant({})
  const file = join(planted.root, 'lock.json')
  const packages = {
    '': { version: '1.0.0' },
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/@clack/prompts': { version: '1.9.0' },
    'node_modules/a/node_modules/zod': { version: '3.0.0' },
    'node_modules/plinth': {},
    'node_modules/commander': { version: '10.0.1' },
    'packages/plinth/node_modules/commander': { version: '15.1.0' },
  }
  writeFileSync(file, JSON.stringify({ packages }))
  expect(installedVersions(file)).toEqual({
    zod: '4.6.7',
    '@clack/prompts': '1.9.0',
    commander: '15.1.0',
  })
})

test('the table shows what was tested beside what is pinned', () => {
  const text = compareVersions(
    ranges,
    { zod: '4.6.7', jose: '6.2.17' },
    { zod: '4.6.7', jose: '6.2.18' },
  )
  expect(text).toBe(
    [
      'package  range    pinned  newest',
      'jose     ^6.2.17  6.2.17  6.2.18',
      'zod      ^4.6.7   4.6.7   the same',
    ].join('\n'),
  )
})
