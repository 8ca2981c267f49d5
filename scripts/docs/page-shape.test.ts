import { expect, test } from 'vitest'
import { lateCode, longSentences, sentencesOf, wallsOfText, wideCode } from './page-shape.ts'

const code = '```ts\nconst a = 1\n```\n'
const words = (count: number): string => `${'Word '.repeat(count - 1)}end.`

test('The sentences of a page are those of three words and more, in paragraphs, list items and table cells.', () => {
  const page = `# A heading\n\nOne \`a. B\` is here. [Two](x.md) is there.\n\n${code}\n- The third item.\n\n| the fourth cell | five |\n`
  expect(sentencesOf(page).map(({ text, line }) => `${line} ${text}`)).toEqual([
    '3 One `code` is here',
    '3 Two is there.',
    '9 The third item.',
    '11 the fourth cell',
  ])
})

test('A sentence of 31 words is too long, on the line where it starts, and one of 30 is not.', () => {
  expect(longSentences(`Short.\n${words(30)}\n${words(31)}`)).toMatchObject([
    { line: 3, words: 31 },
  ])
})

test('The first code of a guide is in its first 15 lines.', () => {
  expect(lateCode(`${'\n'.repeat(14)}${code}`)).toBeUndefined()
  expect(lateCode(`${'\n'.repeat(15)}${code}`)).toBe(16)
  expect(lateCode('# No code')).toBe(0)
})

test('A third paragraph in a row is found, and one after code or a list is not.', () => {
  expect(wallsOfText('One.\n\nTwo.\n\nThree.\n')).toMatchObject([{ line: 5 }])
  expect(wallsOfText(`One.\n\nTwo.\n\n${code}\nThree.\n\n- a\n\nFour.\n`)).toEqual([])
})

test('A line of code with 77 columns is too wide, and one of output is not.', () => {
  const line = 'x'.repeat(77)
  expect(
    wideCode(`\`\`\`ts\n${line}\n\`\`\`\n${line}\n\`\`\`text\n${line}\n\`\`\`\n`),
  ).toMatchObject([{ line: 2 }])
})
