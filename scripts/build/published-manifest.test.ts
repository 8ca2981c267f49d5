import { expect, it } from 'vitest'
import { publishedManifest } from './published-manifest.ts'

const base = { name: 'a', version: '1.2.3', type: 'module', dependencies: { zod: '4.6.7' } }

it('the published exports name what is built from the sources, types first', () => {
  expect(
    publishedManifest({
      ...base,
      exports: { '.': './src/index.ts', './client': './src/client/client.ts' },
      bin: { a: './src/cli/main.ts' },
    }),
  ).toEqual({
    ...base,
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './client': { types: './dist/client/client.d.ts', default: './dist/client/client.js' },
      './package.json': './package.json',
    },
    bin: { a: 'dist/cli/main.js' },
  })
})

it('fields that only the repository uses are left out', () => {
  expect(publishedManifest({ ...base, scripts: { prepack: 'x' }, devDependencies: {} })).toEqual(
    base,
  )
})

it('an entry that no source is built to is refused', () => {
  expect(() => publishedManifest({ ...base, exports: { '.': './lib/index.js' } })).toThrow(
    './lib/index.js is not a ./src/….ts path',
  )
})
