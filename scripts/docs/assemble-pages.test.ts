import { expect, test } from 'vitest'
import { withPlaces } from './assemble-pages.ts'

test('A link from a page of docs to another one stays a link in the site.', () => {
  expect(withPlaces('[Neon](../neon.md#cold-starts)', 'docs/deploy/serverless.md')).toBe(
    '[Neon](../neon.md#cold-starts)',
  )
})

test('A link to a page that the site has under another name leads to that name.', () => {
  expect(withPlaces('[the benchmark](../bench/README.md#results)', 'docs/speed.md')).toBe(
    '[the benchmark](./benchmark.md#results)',
  )
  expect(withPlaces('[Speed](../docs/speed.md)', 'bench/README.md')).toBe('[Speed](./speed.md)')
})

test('A link to a file outside of the site becomes text.', () => {
  expect(withPlaces('[the servers](contenders)', 'bench/README.md')).toBe('the servers')
})

test('Web addresses, anchors and images stay as they are.', () => {
  const text =
    '[RFC](https://www.rfc-editor.org/rfc/rfc9457) [here](#a) ![chart](results/latest.svg)'
  expect(withPlaces(text, 'bench/README.md')).toBe(text)
})
