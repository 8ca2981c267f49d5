import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { isolation } from './isolation.ts'
import { startTestApi, type Backend } from './test-api.ts'

/** A mutation that removes one owner check from the backend's source, and the operation that must then fail the test. */
interface Mutation {
  readonly operation: string
  readonly file: string
  /** The export to change. Default: the operation's own. */
  readonly within?: string
  readonly find: string
  readonly replace: string
}

const mutations: readonly Mutation[] = [
  ...['projects', 'tags'].flatMap((file): Mutation[] => {
    const table = file === 'projects' ? 'Project' : 'Tag'
    const all = {
      find: `eq(${table}.userId, user.id)`,
      replace: `eq(${table}.userId, ${table}.userId)`,
    }
    const one = { find: "except: ['list'", replace: "owner: false, except: ['list'" }
    const operations = file === 'projects' ? ['read', 'update'] : ['update', 'remove']
    return [
      { operation: `${file}.list`, file, ...all },
      ...['create', ...operations].map((name) => ({ operation: `${file}.${name}`, file, ...one })),
    ]
  }),
  {
    operation: 'projects.remove',
    file: 'projects',
    find: 'eq(Project.userId, user.id)',
    replace: 'eq(Project.userId, Project.userId)',
  },
  {
    operation: 'tasks.list',
    file: 'tasks',
    find: 'eq(task.userId, context.user.id),',
    replace: '',
  },
  {
    operation: 'tasks.create',
    file: 'tasks',
    find: 'userId: user.id',
    replace: "userId: 'somebody'",
  },
  {
    operation: 'tasks.watch',
    file: 'tasks',
    find: 'eq(Task.userId, user.id)',
    replace: 'eq(Task.userId, Task.userId)',
  },
  {
    operation: 'tasks.stats',
    file: 'tasks',
    find: 'eq(Task.userId, user.id)',
    replace: 'eq(Task.userId, Task.userId)',
  },
  {
    operation: 'tasks.read',
    file: 'tasks',
    within: 'found',
    find: 'mine(user, id)',
    replace: '{ id }',
  },
  ...['update', 'complete', 'remove'].map((name): Mutation => ({
    operation: `tasks.${name}`,
    file: 'tasks',
    find: 'owned(user, params.id)',
    replace: 'eq(Task.id, params.id)',
  })),
]

const source = fileURLToPath(new URL('../src', import.meta.url))
// Inside the repository, so the copies resolve the same packages.
const shelf = fileURLToPath(new URL('../.plinth', import.meta.url))
await mkdir(shelf, { recursive: true })
const folder = await mkdtemp(join(shelf, 'mutations-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Replaces a piece of one export, which must occur exactly once. */
function mutated(text: string, { operation, within, find, replace }: Mutation): string {
  const name = within ?? operation.split('.')[1]
  const [start] =
    new RegExp(String.raw`^(?:(?:export )?const|async function) (?:\{[^}]*\b)?${name}\b`, 'm').exec(
      text,
    ) ?? []
  expect(start, `${name} is there`).toBeDefined()
  const from = text.indexOf(start as string)
  const next = text.slice(from + 1).search(/^(?:export|const|async function|function) /m)
  const to = next === -1 ? text.length : from + 1 + next
  const part = text.slice(from, to)
  expect(part.split(find), `"${find}" occurs once in ${name}`).toHaveLength(2)
  return text.slice(0, from) + part.replace(find, () => replace) + text.slice(to)
}

/** The backend from a copy of the source. */
async function backendOf(copy: string): Promise<Backend> {
  const from = (file: string) => import(pathToFileURL(join(copy, file)).href)
  // One after the other: imports at the same time can evaluate `database.ts` twice, and then the app has another `db`.
  const { api } = await from('api.ts')
  const { db } = await from('database.ts')
  const { env } = await from('env.ts')
  const { relations } = await from('models.ts')
  return { api, db, env, relations }
}

async function leaksOf(mutation?: Mutation): Promise<string[]> {
  const copy = join(folder, mutation?.operation ?? 'as-it-is')
  await cp(source, copy, { recursive: true })
  if (mutation !== undefined) {
    const path = join(copy, `${mutation.file}.ts`)
    await writeFile(path, mutated(await readFile(path, 'utf8'), mutation))
  }
  const test = await startTestApi(await backendOf(copy))
  try {
    return await isolation(test)
  } finally {
    await test.close()
  }
}

describe('the isolation test', () => {
  it('passes on an unchanged copy of the backend', async () => {
    expect(await leaksOf()).toEqual([])
  })

  it.each(mutations)('fails when $operation forgets the owner', async (mutation) => {
    const leaks = await leaksOf(mutation)
    expect(leaks.filter((leak) => leak.startsWith(`${mutation.operation} `))).not.toEqual([])
    // The other files work: a backend that fails as a whole would fail the isolation test, too.
    const others = leaks.filter((leak) => !leak.startsWith(`${mutation.file}.`))
    expect(others.filter((leak) => leak.includes(' answers 5'))).toEqual([])
  })

  it('has a mutation for every operation that touches rows', async () => {
    const { api } = await backendOf(source)
    const operations = Object.values(api.openapi().paths)
      .flatMap((methods) => Object.values(methods))
      .map(({ operationId }) => operationId)
    expect(mutations.map(({ operation }) => operation).toSorted()).toEqual(
      operations.filter((operation) => operation !== 'me.read').toSorted(),
    )
  })
})
