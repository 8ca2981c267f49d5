import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { navigation, readThroughAnotherPage } from './navigation.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('Each page of docs/ is in the side bar once.', () => {
  const pages = globSync('**/*.md', { cwd: `${root}/docs` })
    .map((file) => file.replace(/\.md$/, ''))
    .filter((page) => !readThroughAnotherPage.some((folder) => page.startsWith(folder)))
  const shown = navigation.flatMap((group) => group.pages.map(({ page }) => page))
  expect(shown.toSorted()).toEqual(pages.toSorted())
})
