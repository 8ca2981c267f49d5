import { expect, test } from 'vitest'
import { pageDescription } from './page-description.ts'

test('The description of a page is the first sentence of its prose, without code and links.', () => {
  const page = `# Models\n\n\`\`\`ts\nconst a = 1\n\`\`\`\n\n\`Task\` is a [table](x.md). ${'More words follow here. '.repeat(8)}\n`
  expect(pageDescription(page)).toMatch(/^Task is a table\. More words.*here\.$/)
  expect(pageDescription(page)!.length).toBeLessThanOrEqual(160)
})

test('A long first sentence is cut between two words.', () => {
  const cut = pageDescription(`# Long\n\n${'word '.repeat(50)}`)!
  expect(cut).toMatch(/^(?:word )+word…$/)
  expect(cut.length).toBeLessThanOrEqual(161)
})

test('A page without prose has no description.', () => {
  expect(pageDescription('# Empty\n\n| a | b |\n')).toBeUndefined()
})
