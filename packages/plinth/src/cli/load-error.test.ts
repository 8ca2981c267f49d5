import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadError } from './load-error.ts'

const failed = { root: '/app', file: '/app/src/api.ts' }
const messageOf = (text: string): string => loadError(new Error(text), failed).message

it.each(['@/models.ts', '~/models.ts', 'src/models.ts'])(
  'an import by a path alias names the two remedies: %s',
  (from) => {
    expect(messageOf(`Cannot find package '${from}' imported from /app/src/api.ts`)).toContain(
      `. Node does not read "paths" of tsconfig.json. Import the file by its relative path, such as './models.ts', or add "imports": { "#*": "./src/*" } to package.json and import '#models.ts'`,
    )
  },
)

it('an import without its extension names the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-'))
  writeFileSync(join(folder, 'models.ts'), '')
  const path = join(folder, 'models')
  expect(messageOf(`Cannot find module '${path}' imported from /app/src/api.ts`)).toMatch(
    /Write the extension in the import: models\.ts$/,
  )
})

it('another missing package has no hint', () => {
  expect(messageOf("Cannot find package '@acme/ui' imported from /app/src/api.ts")).not.toContain(
    'paths',
  )
})
