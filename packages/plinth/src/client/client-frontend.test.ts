import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { clientTypes } from '../app/client-types.ts'
import { api } from './client-types.fixture.ts'

const root = join(import.meta.dirname, '../../../..')
// inside the repository, so that `plinth` is found
await mkdir(join(root, '.plinth'), { recursive: true })
const folder = await mkdtemp(join(root, '.plinth/client-frontend-'))
afterAll(() => rm(folder, { recursive: true }))
const write = (name: string, text: string) => writeFile(join(folder, name), text)

await write('api.d.ts', clientTypes(api))
await write(
  'apart.ts',
  `import { client, pages, ClientError } from 'plinth/client'
import { queryOptions } from 'plinth/client/tanstack'
import type { Api } from './api.d.ts'
const c = client<Api>('http://localhost:8000', { token: async () => 'x' })
const options = { headers: { 'x-tenant': 'a' }, query: { at: new Date(), ids: ['1'] } }
export const found = await c.get('/kinds/:org/of/:id', { params: { org: 'a', id: 1 }, ...options })
export const right: string | null = await c.get('/kinds/:first/and/:second', { params: { first: '', second: '' } })
export const wrong: number = await c.get('/kinds/:first/and/:second', { params: { first: '', second: '' } })
for await (const { text } of await c.get('/kinds/events')) document.body.append(text)
export { pages, ClientError, queryOptions }
`,
)
await write(
  'beside.ts',
  `import { client, pages } from 'plinth/client'
import type { api } from '${relative(folder, join(root, 'apps/api/src/api.ts'))}'
const c = client<typeof api>('http://localhost:8000')
for await (const { title, dueAt } of pages(c, '/api/tasks', { query: { limit: 5 } }))
  document.body.append(title, dueAt ?? '')
export const right: string = (await c.post('/api/tags', { body: { name: 'x' } })).createdAt
export const wrong: Date = (await c.post('/api/tags', { body: { name: 'x' } })).createdAt
`,
)

/** The compiler options of a frontend without Node's types; `beside.ts` imports the server's TypeScript. */
const settings = (moduleResolution: 'bundler' | 'nodenext', file: string) => ({
  compilerOptions: {
    target: 'es2024',
    lib: ['dom', 'es2024'],
    types: [],
    module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
    moduleResolution,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  },
  files: [file],
})

const tsc = join(root, 'node_modules/typescript/bin/tsc')
async function compile(moduleResolution: 'bundler' | 'nodenext', file: string) {
  await write('tsconfig.json', JSON.stringify(settings(moduleResolution, file)))
  const args = [tsc, '-p', folder, '--singleThreaded', '--pretty', 'false', '--listFiles']
  const run = promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 })
  const { stdout } = await run.catch((failed: { stdout: string }) => failed)
  const lines = stdout.split('\n').filter((line) => line !== '')
  return {
    errors: lines.filter((line) => /error TS/.test(line)),
    files: lines.filter((line) => line.startsWith('/')).map((path) => relative(root, path)),
  }
}

describe.each(['bundler', 'nodenext'] as const)('a frontend with %s', (moduleResolution) => {
  it.each(['apart.ts', 'beside.ts'])('compiles %s with only the expected error', async (file) => {
    const { errors } = await compile(moduleResolution, file)
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n')
    const at = lines.findIndex((line) => line.includes('const wrong')) + 1
    expect(errors).toEqual([
      expect.stringMatching(new RegExp(String.raw`${file}\(${at},14\): error TS2322`)),
    ])
  })
  it('in another repository loads no types of the server', async () => {
    const { files } = await compile(moduleResolution, 'apart.ts')
    const ours = files.filter((file) => file.startsWith('packages/plinth/'))
    expect(ours).toContain('packages/plinth/src/client/client.ts')
    expect(ours.filter((file) => !file.includes('/src/client/')).toSorted()).toEqual([
      'packages/plinth/src/errors/input-issue.ts',
      'packages/plinth/src/routing/client-route.types.ts',
      'packages/plinth/src/schemas/jsonify.types.ts',
      'packages/plinth/src/schemas/names/naming.types.ts',
    ])
    const others = files.filter((file) => file.startsWith('node_modules/'))
    expect(others.filter((file) => !file.startsWith('node_modules/@typescript/'))).toEqual([])
  })
})
