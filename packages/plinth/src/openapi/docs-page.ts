import { readFile } from 'node:fs/promises'
import { docsFile, type DocsFile } from './docs-file.ts'

/** Options of the documentation page. */
export interface DocsPageOptions {
  /** The name of the API. */
  readonly title: string
  /** The URL of the OpenAPI document, such as `/openapi.json`. */
  readonly documentUrl: string
  /** The path of the page; its files are below it. Default `/docs`. */
  readonly path?: string
  /** The public path in front of `path`, such as `/v2` in an app that is mounted there. Default: none. */
  readonly basePath?: string
  /** Other origins that "Try it out" may call, such as `https://api.example.com`. Default: none. */
  readonly connectTo?: readonly string[]
}

const assets = new URL('../../assets/', import.meta.url)
const javascript = 'text/javascript; charset=utf-8'
const css = 'text/css; charset=utf-8'

/** The files of the page: name in the URL, place in `assets`, content type. */
const files = [
  ['swagger-ui-bundle.js', 'swagger-ui/swagger-ui-bundle.js', javascript],
  ['swagger-ui.css', 'swagger-ui/swagger-ui.css', css],
  ['docs.js', 'docs/docs.js', javascript],
  ['docs.css', 'docs/docs.css', css],
] as const

const read = (place: string) => async (): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(new URL(place, assets)))

/** A strict content security policy: our own files only, no inline scripts, no framing. */
const policy = (connectTo: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${["'self'", ...connectTo].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => escapes[char] ?? '')

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 13h12v2H2zm1-2h10v1H3zm2-9h6v8H5z" fill="#49cc90"/></svg>',
)}`

const html = ({
  title,
  documentUrl,
  path,
}: Required<Omit<DocsPageOptions, 'connectTo' | 'basePath'>>): string =>
  `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped(title)}</title>
    <link rel="icon" href="${escaped(icon)}">
    <link rel="stylesheet" href="${escaped(path)}/swagger-ui.css">
    <link rel="stylesheet" href="${escaped(path)}/docs.css">
  </head>
  <body>
    <div id="docs" data-document="${escaped(documentUrl)}"></div>
    <noscript>This page needs JavaScript; <a href="${escaped(documentUrl)}">the document itself</a> does not.</noscript>
    <script src="${escaped(path)}/swagger-ui-bundle.js"></script>
    <script src="${escaped(path)}/docs.js"></script>
  </body>
</html>
`

/**
 * The documentation page: Swagger UI, served from the files of this package.
 *
 * Its Content-Security-Policy is strict: it loads nothing from other hosts. Files are read at the first request. Each has an `ETag` and
 * `no-cache`, so that a browser revalidates it each time and gets a 304 as long as nothing changed.
 */
export function docsPage(options: DocsPageOptions): DocsFile[] {
  const { title, documentUrl, path = '/docs', basePath = '', connectTo = [] } = options
  const headers = {
    'cache-control': 'no-cache',
    'content-security-policy': policy(connectTo),
    'x-content-type-options': 'nosniff',
  }
  return [
    docsFile({
      path,
      contentType: 'text/html; charset=utf-8',
      headers,
      read: () => new TextEncoder().encode(html({ title, documentUrl, path: basePath + path })),
    }),
    ...files.map(([name, place, contentType]) =>
      docsFile({ path: `${path}/${name}`, contentType, headers, read: read(place) }),
    ),
  ]
}
