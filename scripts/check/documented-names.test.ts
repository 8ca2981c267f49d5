import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { documentedNamesCheck, namesInCode } from './documented-names.ts'
import { formatFinding } from './finding.ts'

test('names count in code blocks and between backticks, and not in prose', () => {
  expect([
    ...namesInCode('an app uses `one(query)`\n\n```ts\nconst two = 2\n```\nand ends'),
  ]).toEqual(['one', 'query', 'const', 'two', '2'])
})

test('an export that no page names is found where it is declared', async () => {
  using planted = plant({
    'packages/plinth/package.json': '{ "exports": { ".": "./src/index.ts" } }',
    'packages/plinth/src/index.ts': 'export const named = 1\nexport const secretive = 2\n',
    'docs/a.md': 'Use `named`, and be secretive.\n',
  })
  expect((await documentedNamesCheck.run(planted.root)).map(formatFinding)).toEqual([
    'packages/plinth/src/index.ts:2 no page of docs/ names secretive: add it to docs/entry-points.md, or do not export it',
  ])
})
