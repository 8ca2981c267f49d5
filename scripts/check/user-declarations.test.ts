import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { formatFinding } from './finding.ts'
import { userDeclarationsCheck } from './user-declarations.ts'

const findingsIn = async (index: string): Promise<string[]> => {
  using planted = plant({
    'packages/plinth/package.json': '{ "type": "module", "exports": { ".": "./src/index.ts" } }',
    'packages/plinth/tsconfig.build.json':
      '{ "extends": "../../tsconfig.json", "compilerOptions": { "noEmit": false, "declaration": true, "emitDeclarationOnly": true, "rootDir": "src", "rewriteRelativeImportExtensions": true }, "include": ["src"] }',
    'packages/plinth/src/index.ts': index,
    'packages/plinth/src/two.ts':
      'export interface Two { two: 2 }\nexport const makeTwo = (): Two => ({ two: 2 })\n',
    'docs/two.md': "```ts\nimport { makeTwo } from 'plinth'\n\nconst two = makeTwo()\n```\n",
  })
  return (await userDeclarationsCheck.run(planted.root)).map(formatFinding)
}

test('a type that an example exports and that has no public name is found', async () => {
  expect(await findingsIn("export { makeTwo } from './two.ts'\n")).toEqual([
    expect.stringMatching(/^src\/two\/line-2\.ts\(3,14\): error TS\d+: .*'Two'/),
  ])
})

test('an example whose types all have public names has no finding', async () => {
  expect(await findingsIn("export { makeTwo, type Two } from './two.ts'\n")).toEqual([])
})
