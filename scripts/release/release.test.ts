import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { assertReleasable } from './assert-releasable.ts'
import { gitIn, type Git } from './git.ts'
import { release, type ReleaseOptions } from './release.ts'

let root: string
let git: Git
const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const steps = (): string[] => read('.git/steps').split('\n').filter(Boolean)

/** A step of the fixture repository, which writes what it was called with and the version that it saw. */
const step = (more = ''): string => `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const { version } = JSON.parse(readFileSync('packages/plinth/package.json', 'utf8'))
const [, file, ...args] = process.argv
appendFileSync(${JSON.stringify(join(root, '.git/steps'))}, [file.split('/').at(-1), ...args, version].join(' ') + '\\n')
${more}`

const changelog = `# Changelog

## Unreleased

### Removed

- \`a()\`. Use \`b()\`.

## 0.1.0 (2026-11-01)
`

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  root = mkdtempSync(join(tmpdir(), 'release-'))
  git = gitIn(root)
  git('init', '--quiet', '--initial-branch', 'main')
  git('config', 'user.name', 'Ann')
  git('config', 'user.email', 'ann@example.com')
  const manifest = '{\n  "type": "module",\n  "version": "0.1.0"\n}\n'
  for (const name of ['', 'packages/plinth/', 'packages/create-plinth/'])
    write(`${name}package.json`, manifest)
  write('packages/create-plinth/template/package.json', '{ "plinth": "0.1.0", "zod": "0.1.0" }\n')
  write('docs/cli.md', 'Tasks on plinth 0.1.0, ready\n')
  write('CHANGELOG.md', changelog)
  write('.gitignore', 'dist/\n')
  write('scripts/run.mjs', step())
  write('scripts/test-packages.ts', step())
  write('scripts/build/pack.ts', step(`mkdirSync('dist'), writeFileSync('dist/a.tgz', version)`))
  git('add', '.')
  git('commit', '--quiet', '--message', 'first')
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(root, { recursive: true })
})

const today: ReleaseOptions = { date: '2026-12-01' }
const quick: ReleaseOptions = { ...today, skipTests: true }
/** Everything that a release can change. */
const state = (): string =>
  [git('status', '--porcelain', '--ignored'), git('log', '--format=%H'), git('tag')].join('\n')

describe('release', () => {
  it('commits and tags the tried version, and keeps its tarballs', () => {
    expect(release(root, today)).toEqual({ version: '0.2.0', date: '2026-12-01' })
    expect(steps()).toEqual([
      'run.mjs check 0.2.0',
      'run.mjs test 0.2.0',
      'pack.ts dist 0.2.0',
      'test-packages.ts dist 0.2.0',
    ])
    expect(git('log', '--format=%s %an', '-1')).toBe('release: 0.2.0 Ann')
    expect(git('rev-parse', 'v0.2.0^{commit}')).toBe(git('rev-parse', 'HEAD'))
    expect(git('status', '--porcelain')).toBe('')
    expect(read('dist/a.tgz')).toBe('0.2.0')
    expect(read('CHANGELOG.md')).toContain('## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n### Removed')
    expect(read('packages/create-plinth/template/package.json')).toBe(
      '{ "plinth": "0.2.0", "zod": "0.1.0" }\n',
    )
    expect(read('docs/cli.md')).toBe('Tasks on plinth 0.2.0, ready\n')
    expect(() => release(root, today)).toThrow('nothing to release')
  })

  it('leaves no trace of a dry run, and leaves the tests out if asked to', () => {
    const before = state()
    expect(release(root, { ...quick, dryRun: true }).version).toBe('0.2.0')
    expect(steps().map((line) => line.split(' ')[1])).toEqual(['check', 'dist', 'dist'])
    expect([state(), existsSync(join(root, 'dist'))]).toEqual([before, false])
  })

  it('changes nothing if a step or a hook fails', () => {
    write('.git/hooks/pre-commit', '#!/bin/sh\necho "no commits on Mondays" >&2\nexit 1\n')
    git('config', 'core.hooksPath', '.git/hooks')
    chmodSync(join(root, '.git/hooks/pre-commit'), 0o755)
    const before = state()
    expect(() => release(root, quick)).toThrow(/no commits on Mondays[\s\S]*Nothing was committed/)
    expect([state(), read('CHANGELOG.md')]).toEqual([before, changelog])
    rmSync(join(root, '.git/hooks/pre-commit'))
    write('scripts/build/pack.ts', 'process.exit(3)')
    git('commit', '--quiet', '--all', '--message', 'broken')
    const broken = state()
    expect(() => release(root, quick)).toThrow('The packages failed (exit code 3).')
    expect(state()).toBe(broken)
  })

  it('refuses changes, another branch, and a tag that exists', () => {
    write('docs/new.md', 'a')
    expect(() => release(root, today)).toThrow(
      'Commit or stash these changes first:\n?? docs/new.md',
    )
    rmSync(join(root, 'docs/new.md'))
    git('tag', 'v0.2.0')
    expect(() => release(root, today)).toThrow('The tag v0.2.0 exists')
    git('switch', '--quiet', '--create', 'fix')
    expect(() => release(root, today)).toThrow('Releases come from main, and this is fix.')
  })

  it('refuses a checkout that lacks commits of its remote, without fetching them', () => {
    const remote = mkdtempSync(join(tmpdir(), 'release-remote-'))
    try {
      git('clone', '--quiet', '--bare', root, remote)
      git('remote', 'add', 'origin', remote)
      git('push', '--quiet', '--set-upstream', 'origin', 'main')
      git('commit', '--quiet', '--allow-empty', '--message', 'of someone else')
      git('push', '--quiet')
      git('reset', '--quiet', '--hard', 'HEAD~1')
      expect(() => assertReleasable(git, '0.2.0')).toThrow(
        'origin has commits that this checkout lacks',
      )
      git('reset', '--quiet', '--hard', 'origin/main')
      expect(() => assertReleasable(git, '0.2.0')).not.toThrow()
    } finally {
      rmSync(remote, { recursive: true })
    }
  })
})
