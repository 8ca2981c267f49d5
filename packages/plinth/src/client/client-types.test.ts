import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'

const room = import.meta.dirname
const root = join(room, '../../../..')
// inside the repository, so that `plinth` is found
await mkdir(join(root, '.plinth'), { recursive: true })
const folder = await mkdtemp(join(root, '.plinth/client-types-'))
afterAll(() => rm(folder, { recursive: true }))
const write = (name: string, text: string) => writeFile(join(folder, name), text)
const to = (path: string) => relative(folder, join(root, path))

const run = promisify(execFile)
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const compile = async (files: readonly string[]) => {
  await write(
    'tsconfig.json',
    JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], files }),
  )
  const args = [tsc, '-p', folder, '--singleThreaded', '--pretty', 'false']
  return run(process.execPath, args).then(
    () => '',
    (failed: { stdout: string }) => failed.stdout,
  )
}

/** An operation for the generated type test. */
interface Operation {
  readonly name: string
  readonly method: string
  readonly path: string
  /** False for a result without a schema, which only the compiler knows. */
  readonly typed: boolean
}

/** Apps, each as source text of its value and of its type. */
const apps = [
  {
    name: 'api',
    imports: `{ api } from '${to('apps/api/src/api.ts')}'`,
    value: 'api',
    type: 'typeof api',
  },
  {
    name: 'everything',
    imports: `{ everythingApp } from '${to('packages/plinth/test/support/everything/app.ts')}'`,
    value: 'everythingApp(database("pglite:memory"))',
    type: 'ReturnType<typeof everythingApp>',
  },
  {
    name: 'notes',
    imports: `{ appOn } from '${to('packages/plinth/src/client/client.fixture.ts')}'`,
    value: 'appOn(database("pglite:memory"))',
    type: 'ReturnType<typeof appOn>',
  },
  {
    name: 'kinds',
    imports: `{ api } from '${to('packages/plinth/src/client/client-types.fixture.ts')}'`,
    value: 'api',
    type: 'typeof api',
  },
] as const

/** Writes the types of an app, and returns its operations. Runs in a child process, because the app reads settings. */
async function generate({ name, imports, value }: (typeof apps)[number]): Promise<Operation[]> {
  await write(
    `${name}.generate.ts`,
    `import { writeFileSync } from 'node:fs'
import { database } from 'plinth'
import { clientTypes } from 'plinth/openapi'
import { internals } from '${to('packages/plinth/src/http/internals.ts')}'
import ${imports}
const made = ${value}
void database
// not as a .d.ts, which skipLibCheck would skip
writeFileSync('${name}.types.ts', clientTypes(made))
const { documentedRoutes, documentedSockets } = made[internals]
const rows = [...documentedRoutes(), ...documentedSockets()].map(({ named: { operationId, route } }) =>
  ({ name: operationId, method: route.socket ? 'socket' : route.method, path: route.path,
     typed: route.spec.response !== undefined || route.spec.status === 204 }))
console.log(JSON.stringify(rows))
`,
  )
  const { stdout } = await run(process.execPath, [join(folder, `${name}.generate.ts`)], {
    cwd: folder,
    env: {
      ...process.env,
      DATABASE_URL: 'pglite:memory',
      BETTER_AUTH_SECRET: 'a-secret-of-a-test-0123456789-abcdefghijkl',
    },
  })
  const all = JSON.parse(stdout) as Operation[]
  // the framework's routes are not in the type; routes of a computed record have no literal paths
  return all.filter(({ name }) => !/^(plinth|by)\./.test(name))
}

function assertions({ name, imports, type }: (typeof apps)[number], operations: Operation[]) {
  const lines = operations.map(({ name, method, path, typed }) => {
    const id = name.replaceAll(/\W/g, '_')
    if (method === 'socket')
      return `export const ${id}: SameSocket<SocketOf<Here, '${path}'>, SocketOf<Api, '${path}'>> = [true, true, true]`
    const of = (app: string) => `CallOf<${app}, '${method}', '${path}'>`
    const here = typed ? of('Here') : `Omit<${of('Here')}, 'out'> & { out: unknown }`
    return `export const ${id}: SameCall<${here}, ${of('Api')}> = [true, true, true]`
  })
  const isUsed = operations.some(({ method }) => method === 'socket')
  const names = `CallOf, SameCall${isUsed ? ', SameSocket, SocketOf' : ''}`
  return `import type { ${names} } from '${to('packages/plinth/src/client/same-types.fixture.ts')}'
import type ${imports}
import type { Api } from './${name}.types.ts'
type Here = ${type}
${lines.join('\n')}
`
}

it('client<Api> has the same type as client<typeof api>, for every call and socket of four apps', async () => {
  const counts: Record<string, number> = {}
  for (const app of apps) {
    const operations = await generate(app)
    counts[app.name] = operations.length
    await write(`${app.name}.ts`, assertions(app, operations))
  }
  for (const count of Object.values(counts)) expect(count).toBeGreaterThanOrEqual(10)
  const files = apps.map(({ name }) => `${name}.ts`)
  expect(await compile(files)).toBe('')
})

it('the comparison detects differences in the types', async () => {
  const changes = [
    ['tasks_list', 'limit?: number', 'limit: number'],
    ['tags_list', 'readonly out: Tag[]', 'readonly out: readonly Tag[]'],
    ['projects_create', 'readonly body: ProjectCreate', 'readonly body: Project'],
    ['projects_remove', 'readonly out: void', 'readonly out: undefined'],
    ['me_read', 'email: string | null', 'email: string'],
  ] as const
  let types = await readFile(join(folder, 'api.types.ts'), 'utf8')
  for (const [, from, into] of changes) {
    expect(types).toContain(from)
    types = types.replace(from, into)
  }
  await write('api.types.ts', types)
  const found = await compile(['api.ts'])
  const lines = (await readFile(join(folder, 'api.ts'), 'utf8')).split('\n')
  const wrong = [...found.matchAll(/^\S+api\.ts\((\d+),/gm)].map(
    ([, line]) => /const (\w+)/.exec(lines[Number(line) - 1]!)?.[1],
  )
  expect(wrong.toSorted()).toEqual(changes.map(([operation]) => operation).toSorted())
})
