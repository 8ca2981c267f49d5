import { expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { formatFinding } from './finding.ts'
import { markdownCheck, readBlocks } from './markdown.ts'

const findingsIn = async (files: Record<string, string>): Promise<string[]> => {
  using planted = plant(files)
  return (await markdownCheck.run(planted.root)).map(formatFinding)
}

test('only complete ts blocks are read, each with its line and file name', () => {
  const text = 'a\n```ts\n// models.ts\nx\n```\n```ts fragment\ny\n```\n```sh\nz\n```\n'
  expect(readBlocks(text)).toEqual([{ text: '// models.ts\nx\n', line: 3, fileName: 'models.ts' }])
})

test('a block that does not compile is reported at its line of the document', async () => {
  const found = await findingsIn({
    'README.md': '# Title\n\n```ts\nconst one = 1\nconst two: number = "two"\n```\n',
    'docs/deep/guide.md': '```ts\nmissing()\n```\n',
  })
  expect(found).toEqual([
    expect.stringMatching(/^README\.md:5 does not compile: .*not assignable/),
    expect.stringMatching(/^docs\/deep\/guide\.md:2 does not compile: Cannot find name 'missing'/),
  ])
})

test('a block can import another block of its document by the name in its first line', async () => {
  const found = await findingsIn({
    'README.md':
      '```ts\n// models.ts\nexport const a = 1\n```\n\n```ts\nimport { a } from "./models.ts"\nconst b: number = a\n```\n',
  })
  expect(found).toEqual([])
})
