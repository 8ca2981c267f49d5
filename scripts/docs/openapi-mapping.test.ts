import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mappingRows } from './openapi-mapping.fixture.ts'

const file = fileURLToPath(new URL('../../docs/openapi-mapping.md', import.meta.url))
const squeezed = (line: string): string => line.replaceAll(/ +/g, ' ')

test('docs/openapi-mapping.md has the JSON Schema, the column and the JSON of each schema as Plinth makes them', () => {
  const lines = readFileSync(file, 'utf8').split('\n').map(squeezed)
  expect(
    lines.filter((line) => /^\| `(?:z\.|decimal|duration|timeOfDay|base64)/.test(line)),
  ).toEqual(mappingRows().map(squeezed))
})
