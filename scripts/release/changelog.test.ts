import { describe, expect, it } from 'vitest'
import { changelogProblems, isBreaking, readChangelog, releasedVersions } from './changelog.ts'

const changelog = (...lines: readonly string[]): string => `# Changelog\n\n${lines.join('\n')}\n`
const problemsOf = (...lines: readonly string[]): string[] =>
  changelogProblems(changelog(...lines)).map(({ line, message }) => `${line} ${message}`)

describe('readChangelog', () => {
  const parts = readChangelog(
    changelog(
      '## Unreleased',
      '### Added',
      '#### Models',
      '- **One.** It has',
      '  two lines.',
      '- Two.',
      '### Removed',
      '- `a()`. Use `b()`.',
      '## 0.1.0 (2026-12-01)',
    ),
  )

  it('joins the lines of an entry, and keeps its section and line', () => {
    expect(parts[0]!.entries).toEqual([
      { section: 'Added', text: '**One.** It has two lines.', line: 6 },
      { section: 'Added', text: 'Two.', line: 8 },
      { section: 'Removed', text: '`a()`. Use `b()`.', line: 10 },
    ])
  })

  it('tells released versions from the unreleased part', () => {
    expect(releasedVersions(parts)).toEqual(['0.1.0'])
    expect(parts[1]).toMatchObject({ name: '0.1.0', date: '2026-12-01', line: 11 })
  })

  it('counts removals and marked entries as breaking', () => {
    const [added, , removed] = parts[0]!.entries
    expect([isBreaking(added!), isBreaking(removed!)]).toEqual([false, true])
    expect(isBreaking({ section: 'Changed', text: '**Breaking: a.** Do b.', line: 1 })).toBe(true)
  })
})

describe('changelogProblems', () => {
  it('accepts an empty unreleased part above the versions', () => {
    expect(
      problemsOf('## Unreleased', '## 0.2.0 (2026-12-02)', '### Added', '- A.', '- B (`c`).'),
    ).toEqual([])
  })

  it.each([
    [['## 0.1.0 (2026-12-01)'], "3 begin with '## Unreleased'"],
    [['## Unreleased', '## 0.1.0'], "4 write the heading of a version as '## 1.2.3 (2026-12-01)'"],
    [
      ['## Unreleased', '## 0.1.0 (2026-12-01)', '## 0.2.0 (2026-12-02)'],
      '5 0.2.0 is not older than 0.1.0 above it',
    ],
    [['## Unreleased', '### New', '- A.'], "4 'New' is not one of Added, Changed, Fixed, Removed"],
    [
      ['## Unreleased', '### Fixed', '- A.', '### Added', '- B.'],
      "6 'Added' comes once, in the order Added, Changed, Fixed, Removed",
    ],
    [['## Unreleased', '### Added'], "4 'Added' has no entry: remove the heading"],
    [['## Unreleased', '- A.'], '4 put the entry below one of Added, Changed, Fixed, Removed'],
    [
      ['## Unreleased', '### Fixed', '- fixes a bug'],
      '5 end the entry with a period: it is a sentence',
    ],
    [
      ['## Unreleased', '### Changed', '- **Breaking:** `a` is `b`.'],
      '5 say in a second sentence what users must do instead',
    ],
  ])('reports the problem of %j', (lines, problem) => {
    expect(problemsOf(...lines)).toEqual([problem])
  })
})
