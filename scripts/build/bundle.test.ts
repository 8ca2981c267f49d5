import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from './build-package.ts'

const plinth = fileURLToPath(new URL('../../packages/plinth', import.meta.url))
let dist: string

beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'plinth-bundle-'))
  await bundle(plinth, dist)
})
afterAll(() => rmSync(dist, { recursive: true }))

/** The files and packages that loading a file imports, directly or indirectly. */
function loadedBy(name: string, found = { files: new Set<string>(), packages: new Set<string>() }) {
  if (found.files.has(name)) return found
  found.files.add(name)
  const text = readFileSync(join(dist, name), 'utf8')
  for (const [, from = ''] of text.matchAll(
    /^(?:import|export) (?:[^'"]*? from )?["'](.+?)["'];$/gm,
  ))
    if (from.startsWith('.')) loadedBy(join(dirname(name), from), found)
    else found.packages.add(from)
  return found
}

describe('the bundle', () => {
  it('loads few files, because finding and opening a file costs more than compiling it', () => {
    const { files, packages } = loadedBy('index.js')
    expect([...files].toSorted()).toEqual(['index.js', 'parts/lock.js', 'parts/server.js'])
    expect(packages).toContain('drizzle-orm')
  })

  it.each([
    ['migrations/index.js', ['migrate', 'own-tables']],
    ['openapi/index.js', ['client-types']],
  ])('keeps the code that only %s needs out of the other entry points', (name, parts) => {
    expect([...loadedBy(name).files].toSorted()).toEqual(
      [name, ...[...parts, 'lock', 'server'].map((part) => `parts/${part}.js`)].toSorted(),
    )
  })

  it.each(['client/client.js', 'client/tanstack.js'])('has no part of the server in %s', (name) => {
    const { files, packages } = loadedBy(name)
    expect([...files].toSorted()).toEqual([name, 'parts/client.js'].toSorted())
    expect([...packages]).toEqual([])
  })

  it('has no part of the server in database/lock.js, which frontends use', () => {
    const { files, packages } = loadedBy('database/lock.js')
    expect([...files].toSorted()).toEqual(['database/lock.js', 'parts/lock.js'])
    expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual([])
  })

  it('finds the files next to its modules, as the sources do', () => {
    const server = readFileSync(join(dist, 'parts/server.js'), 'utf8')
    // Folders of dist are as deep as the rooms of src.
    expect(server).toContain('new URL(`../../assets/${')
    const dev = readFileSync(join(dist, 'cli/dev/dev-command.js'), 'utf8')
    const scripts = [...dev.matchAll(/scriptOf\(['"`]([\w-]+)['"`]\)/g)].map(([, name]) => name)
    expect(scripts.toSorted()).toEqual(['dev-child', 'dev-drift'])
    for (const name of scripts) expect(existsSync(join(dist, `cli/dev/${name}.js`))).toBe(true)
    expect(loadedBy('cli/dev/dev-child.js').files).toContain('parts/server.js')
  })
})
