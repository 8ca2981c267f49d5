import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { deadLinks, pathsOf } from './dead-links.ts'

test('Links to missing pages and missing anchors are found, and others are not.', () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const links = ['/b', '/b#there', '#here', '/c', '/b#gone', 'https://example.com/gone']
  writeFileSync(
    join(folder, 'index.html'),
    `<h1 id="here"></h1>${links.map((href) => `<a href="${href}">a link</a>`).join('')}`,
  )
  writeFileSync(join(folder, 'b.html'), '<h1 id="there"></h1>')
  expect(pathsOf(folder)).toEqual(['/', '/b'])
  expect(deadLinks(folder)).toEqual({
    links: 5,
    dead: ['/ -> /c', '/ -> /b#gone (the page has no such anchor)'],
  })
})
