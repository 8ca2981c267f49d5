import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { toolChecks } from './tools.ts'

const repository = join(import.meta.dirname, '../..')

const outputOf = async (name: string, file: string, text: string): Promise<string> => {
  using planted = plant({ [file]: text })
  for (const config of ['.oxlintrc.json', '.oxfmtrc.json']) {
    copyFileSync(join(repository, config), join(planted.root, config))
  }
  const check = toolChecks.find((tool) => tool.name === name)
  return ((await check?.run(planted.root)) ?? []).map(({ message }) => message).join('\n')
}

const file = 'packages/plinth/src/errors/a.ts'
const lines = (count: number): string => "  console.log('line')\n".repeat(count)

test.each([
  ['format', 'const a = 1;\n', 'packages/plinth/src/errors/a.ts'],
  ['types', "export const a: number = 'one'\n", 'a.ts(1,14): error TS2322'],
  ['lint', 'export const a: any = 1\n', 'a.ts:1:17: Unexpected `any`'],
  ['lint', 'Promise.resolve(1)\nexport {}\n', 'no-floating-promises'],
  ['lint', `export function a(): void {\n${lines(60)}}\n`, 'max-lines-per-function'],
  ['lint', `${'// line\n'.repeat(501)}export const a = 1\n`, 'max-lines'],
  ['lint', 'export default 1\n', 'Prefer named exports'],
])('%s reports a planted problem: %#', async (name, text, expected) => {
  expect(await outputOf(name, file, text)).toContain(expected)
})

test('types reports a planted problem in the frontend, which has its own project', async () => {
  const text = "export const a: number = 'one'\n"
  using planted = plant({
    'apps/web/a.ts': text,
    'apps/web/tsconfig.json': '{ "extends": "../../tsconfig.json", "include": ["."] }\n',
    'docs/b.ts': 'export const b = 1\n',
  })
  const findings = await toolChecks.find(({ name }) => name === 'types')?.run(planted.root)
  expect(findings?.map(({ message }) => message)).toEqual([
    expect.stringContaining('apps/web/a.ts(1,14): error TS2322'),
  ])
})

test('declarations reports a type that cannot be named outside of its file', async () => {
  using planted = plant({
    'packages/a/src/a.ts': 'interface A { a: 1 }\nexport const a = (): A => ({ a: 1 })\n',
    'packages/a/src/b.ts': "import { a } from './a.ts'\nexport const b = a()\n",
    'packages/a/tsconfig.build.json':
      '{ "extends": "../../tsconfig.json", "compilerOptions": { "noEmit": false, "declaration": true }, "include": ["src"] }\n',
  })
  const findings = await toolChecks.find(({ name }) => name === 'declarations')?.run(planted.root)
  expect(findings?.map(({ message }) => message)).toEqual([
    expect.stringContaining("b.ts(2,14): error TS4023: Exported variable 'b' has or is using name"),
  ])
})

test.each(['format', 'types', 'lint'])('%s reports nothing for a correct file', async (name) => {
  expect(await outputOf(name, file, 'export const a = 1\n')).toBe('')
})

test('a file name that is not in kebab-case is reported', async () => {
  const output = await outputOf(
    'lint',
    'packages/plinth/src/errors/aName.ts',
    'export const a = 1\n',
  )
  expect(output).toContain('filename-case')
})
