import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findingIds } from './finding.ts'

it('docs/cli.md lists the same finding ids', () => {
  const page = readFileSync(new URL('../../../../../docs/cli.md', import.meta.url), 'utf8')
  const listed = page.slice(page.indexOf('## `plinth doctor`')).matchAll(/^\| `([a-z-]+)` /gm)
  expect([...listed].map(([, id]) => id)).toEqual(Object.keys(findingIds))
})
