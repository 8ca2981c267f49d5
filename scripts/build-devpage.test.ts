import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildDevpage, devpageFolder } from './build-devpage.ts'

test('the files of the development page in assets/devpage are what its sources build to', async () => {
  const [first, second] = [await buildDevpage(), await buildDevpage()]
  expect(second).toEqual(first)
  for (const [name, text] of Object.entries(first)) {
    const kept = readFileSync(join(devpageFolder, name), 'utf8')
    // not toBe(): the difference would be one line of 60 kB
    expect(kept === text, `${name} is outdated: run node scripts/build-devpage.ts`).toBe(true)
  }
})
