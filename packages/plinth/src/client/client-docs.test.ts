import { execFile } from 'node:child_process'
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../../..')
// inside the repository, so that `plinth` is found
await mkdir(join(root, '.plinth'), { recursive: true })
const folder = await mkdtemp(join(root, '.plinth/client-page-'))
afterAll(() => rm(folder, { recursive: true }))

const run = promisify(execFile)
const node = (args: string[]) => run(process.execPath, args)
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** Compiles one file with the repository's options, overridden by these. */
const compile = async (file: string, options: object) => {
  const config = join(folder, `${file}.json`)
  const extend = { extends: join(root, 'tsconfig.json'), compilerOptions: options }
  await writeFile(config, JSON.stringify({ ...extend, include: [], files: [file] }))
  return node([tsc, '-p', config, '--singleThreaded', '--pretty', 'false']).then(
    () => '',
    (failed: { stdout: string }) => failed.stdout,
  )
}

const page = await readFile(join(root, 'docs/client.md'), 'utf8')
const block = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
await writeFile(join(folder, 'notes.ts'), block)

it('the first example of docs/client.md runs as written', async () => {
  expect(block).toMatch(/^\/\/ notes\.ts\n/)
  const { stdout } = await node([join(folder, 'notes.ts')])
  const printed = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
  expect(printed).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    '3 notes at most',
    'First',
    'Second',
    'Third',
  ])
})

it('the emitted types of that example contain no schemas, and a frontend can use them', async () => {
  const emit = { noEmit: false, declaration: true, emitDeclarationOnly: true }
  expect(await compile('notes.ts', { ...emit, outDir: 'out', rootDir: root })).toBe('')
  const emitted = join(folder, 'out', folder.slice(root.length), 'notes.d.ts')
  const types = await readFile(emitted, 'utf8')
  expect(types).toContain('Route<"post", "/notes"')
  expect(types).not.toMatch(/zod|drizzle/i)

  await writeFile(join(folder, 'api.d.ts'), types)
  const frontend = (field: string): string => `import { client } from 'plinth/client'
import type { api } from './api.d.ts'
export const due: string | null | undefined =
  (await client<typeof api>('').get('/notes')).items[0]?.${field}
`
  await writeFile(join(folder, 'right.ts'), frontend('dueAt'))
  await writeFile(join(folder, 'wrong.ts'), frontend('dueOn'))
  expect(await compile('right.ts', {})).toBe('')
  expect(await compile('wrong.ts', {})).toContain("Property 'dueOn' does not exist")
})
