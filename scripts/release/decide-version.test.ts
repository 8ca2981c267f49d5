import { describe, expect, it } from 'vitest'
import type { Entry } from './changelog.ts'
import { decideVersion } from './decide-version.ts'

const entry = (section: string, text = '**A.** It does.'): Entry => ({ section, text, line: 9 })
const fixed = entry('Fixed')
const added = entry('Added')
const removed = entry('Removed', '**`a()`.** Use `b()`.')
const breaking = entry('Changed', '**Breaking: `a` is `b`.** Rename it.')

describe('decideVersion', () => {
  it.each([
    ['1.2.3', [fixed], '1.2.4'],
    ['1.2.3', [fixed, added], '1.3.0'],
    ['1.2.3', [fixed, removed], '2.0.0'],
    ['1.2.3', [breaking], '2.0.0'],
    ['0.2.3', [fixed, added], '0.2.4'],
    ['0.2.3', [removed], '0.3.0'],
    ['0.2.3', [breaking], '0.3.0'],
    ['0.0.0', [breaking, added], '0.1.0'],
  ])('chooses after %s the smallest version that the entries allow', (released, entries, next) => {
    expect(decideVersion({ released, entries })).toBe(next)
  })

  it.each([
    ['minor', '1.3.0'],
    ['major', '2.0.0'],
    ['1.3.0', '1.3.0'],
  ])('accepts %s if it is high enough', (asked, next) => {
    expect(decideVersion({ released: '1.2.3', entries: [added], asked })).toBe(next)
  })

  it('refuses a version that is too low, and names the entry that needs more', () => {
    const wish = { released: '1.2.3', entries: [fixed, breaking], asked: 'minor' }
    expect(() => decideVersion(wish)).toThrow(
      '1.3.0 is too low for the unreleased entries, which need 2.0.0 (major). ' +
        'CHANGELOG.md:9 Changed: Breaking: `a` is `b`.',
    )
  })

  it.each(['1.2.3', '1.2.5', '1.3.0-beta.1', 'latest'])('refuses %s after 1.2.3', (asked) => {
    expect(() => decideVersion({ released: '1.2.3', entries: [fixed], asked })).toThrow(
      `'${asked}' cannot follow 1.2.3. Expected one of: patch, minor, major, 1.2.4, 1.3.0, 2.0.0`,
    )
  })

  it('refuses an empty changelog', () => {
    expect(() => decideVersion({ released: '1.2.3', entries: [] })).toThrow('nothing to release')
  })
})
