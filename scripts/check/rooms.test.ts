import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { formatFinding } from './finding.ts'
import { roomsCheck } from './rooms.ts'

const findingsIn = async (files: Record<string, string>): Promise<string[]> => {
  using planted = plant(
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [`packages/plinth/src/${path}`, text]),
    ),
  )
  return (await roomsCheck.run(planted.root)).map(formatFinding)
}

const errors = { 'errors/a.ts': 'export const a = 1\nexport interface A { a: number }\n' }

test('a room may import earlier rooms, itself, and packages', async () => {
  const found = await findingsIn({
    ...errors,
    'auth/b.ts': `import { join } from 'node:path'\nimport { a } from '../errors/a.ts'\nexport const b = join(String(a))\n`,
    'auth/c.ts': `export { b } from './b.ts'\n`,
    'index.ts': `export * from './auth/c.ts'\nexport * from './errors/a.ts'\n`,
  })
  expect(found).toEqual([])
})

test.each([
  ['import', `import { b } from '../auth/b.ts'\nexport const c = b\n`],
  ['type import', `import type { b } from '../auth/b.ts'\nexport type C = typeof b\n`],
  ['export from', `export { b } from '../auth/b.ts'\n`],
  ['import()', `export const c = await import('../auth/b.ts')\n`],
  ['type of an import', `export type C = typeof import('../auth/b.ts')\n`],
])('an upward %s is reported with its line', async (_kind, text) => {
  const found = await findingsIn({
    'auth/b.ts': 'export const b = 1\n',
    'errors/c.ts': `// first line\n${text}`,
  })
  expect(found).toEqual([
    expect.stringMatching(/^packages\/plinth\/src\/errors\/c\.ts:2 .*auth comes after errors$/),
  ])
})

test('a room may import neither the barrel nor the package by its name', async () => {
  const found = await findingsIn({
    ...errors,
    'index.ts': `export * from './errors/a.ts'\n`,
    'auth/b.ts': `export { a } from '../index.ts'\n`,
    'auth/c.ts': `export type { HttpError } from 'plinth'\n`,
  })
  expect(found).toEqual([
    expect.stringContaining('auth/b.ts:1 imports the package itself'),
    expect.stringContaining('auth/c.ts:1 imports the package itself'),
  ])
})

test('a file outside of all rooms is reported, and so is an import of such a file', async () => {
  const found = await findingsIn({
    'helpers/a.ts': `import '../errors/a.ts'\n`,
    'errors/a.ts': `import '../../../../outside.ts'\n`,
  })
  expect(found).toEqual([
    expect.stringContaining('errors/a.ts:1 imports outside.ts, which is not in a room'),
    expect.stringContaining('helpers/a.ts:1 is not in a room'),
  ])
})

test('a cycle is reported once, for values and for types', async () => {
  const values = {
    'errors/a.ts': `import { b } from './b.ts'\nexport const a = () => b\n`,
    'errors/b.ts': `import { c } from './c.ts'\nexport const b = () => c\n`,
    'errors/c.ts': `import { a } from './a.ts'\nexport const c = () => a\n`,
  }
  const found = await findingsIn(values)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(/a\.ts -> .*b\.ts -> .*c\.ts -> .*a\.ts$/)
  const types = { ...values, 'errors/c.ts': values['errors/c.ts'].replace('import', 'import type') }
  expect(await findingsIn(types)).toEqual(found)
})

test('an import of inline types alone still loads the file, and so it can close a cycle', async () => {
  const found = await findingsIn({
    'errors/a.ts': `import { type B } from './b.ts'\nexport type A = B\n`,
    'errors/b.ts': `import { type A } from './a.ts'\nexport type B = A[]\n`,
  })
  expect(found).toHaveLength(1)
})

test('tests may import later rooms', async () => {
  const found = await findingsIn({
    'auth/b.ts': 'export const b = 1\n',
    'errors/a.test.ts': `import { b } from '../auth/b.ts'\nexport const c = b\n`,
  })
  expect(found).toEqual([])
})
