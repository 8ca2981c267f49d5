import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { docsFile, type DocsFile } from '../../openapi/docs-file.ts'
import { pagePath } from './guard.ts'
import { pageHeaders } from './page-headers.ts'

/** The files that the page loads, and their types. */
const contentTypes = {
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
} as const

/** The static files of the page, by path. */
export type PageFiles = ReadonlyMap<string, DocsFile>

/** The files in a folder. Each is read at its first request. */
export const pageFiles = (folder: string): PageFiles =>
  new Map(
    Object.entries(contentTypes).map(([name, contentType]) => {
      const path = `${pagePath}/${name}`
      const read = async (): Promise<Uint8Array<ArrayBuffer>> =>
        new Uint8Array(await readFile(join(folder, name)))
      const headers = (): Record<string, string> => ({
        ...pageHeaders,
        'cache-control': 'no-cache',
      })
      return [path, docsFile({ path, contentType, headers, read })]
    }),
  )

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => escapes[char] ?? '')

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 13h12v2H2zm1-2h10v1H3zm2-9h6v8H5z" fill="#2f9e84"/></svg>',
)}`

/** The document of the page. It holds the token, so it is never stored. */
export function pageDocument({ title, token }: { title: string; token: string }): Response {
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="plinth-token" content="${escaped(token)}">
    <meta name="plinth-title" content="${escaped(title)}">
    <title>${escaped(title)} · development</title>
    <link rel="icon" href="${escaped(icon)}">
    <link rel="stylesheet" href="${pagePath}/page.css">
    <script type="module" src="${pagePath}/page.js"></script>
  </head>
  <body>
    <noscript>This page needs JavaScript.</noscript>
  </body>
</html>
`
  return new Response(html, {
    headers: {
      ...pageHeaders,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    },
  })
}
