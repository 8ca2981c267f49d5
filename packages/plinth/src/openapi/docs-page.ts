import { readFile } from 'node:fs/promises'
import { authorizationTargets } from './authorization-targets.ts'
import { docsFile, type DocsFile } from './docs-file.ts'
import { type DocsReference, isStyle, type ViewerFile, viewers } from './docs-viewers.ts'
import type { OpenApiDocument } from './openapi.types.ts'
import type { SwaggerUiOptions } from './swagger-ui-options.ts'

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
  /** The program that shows the documentation. Default `swagger-ui`. */
  readonly reference?: DocsReference
  /** Options of Swagger UI. */
  readonly ui?: SwaggerUiOptions
  /** The document, whose security schemes name the hosts that Authorize calls. */
  readonly document?: () => OpenApiDocument
}

// Only when a file is read: the modules of a Worker have no URL.
const read = (place: string) => async (): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(new URL(`../../assets/${place}`, import.meta.url)))

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

/** Everything that the page shows, for its HTML. */
interface PageParts extends Pick<DocsPageOptions, 'title' | 'documentUrl' | 'ui'> {
  readonly path: string
  readonly files: readonly ViewerFile[]
  readonly hasSockets: boolean
}

const html = ({ title, documentUrl, path, files, hasSockets, ui = {} }: PageParts): string => {
  const shown = files.filter(
    ({ isSeparate, isForSockets }) => !isSeparate && (!isForSockets || hasSockets),
  )
  const url = ({ name }: ViewerFile): string => escaped(`${path}/${name}`)
  const styles = shown
    .filter(isStyle)
    .map((file) => `    <link rel="stylesheet" href="${url(file)}">`)
  const scripts = shown
    .filter((file) => !isStyle(file))
    .map(
      (file) =>
        `    <script ${file.isForSockets ? 'type="module" ' : ''}src="${url(file)}"></script>`,
    )
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped(title)} · API docs</title>
    <link rel="icon" href="${escaped(icon)}">
${styles.join('\n')}
  </head>
  <body>
    <div id="docs" data-document="${escaped(documentUrl)}" data-files="${escaped(path)}" data-options="${escaped(JSON.stringify(ui))}"></div>
    <noscript>This page needs JavaScript; <a href="${escaped(documentUrl)}">the document itself</a> does not.</noscript>
${scripts.join('\n')}
  </body>
</html>
`
}

/**
 * The documentation page: Swagger UI or Scalar, served from the files of this package, with the WebSockets below it.
 *
 * Its Content-Security-Policy is strict: it loads nothing from other hosts, and calls only those where its security
 * schemes sign in. Files are read at the first request. Each has an `ETag` and `no-cache`, so that a browser
 * revalidates it each time and gets a 304 as long as nothing changed.
 */
export function docsPage(options: DocsPageOptions): DocsFile[] {
  const { title, documentUrl, path = '/docs', basePath = '', ui } = options
  const { connectTo = [], reference = 'swagger-ui' } = options
  const files = viewers[reference]
  const headers = (): Readonly<Record<string, string>> => {
    const targets = options.document && authorizationTargets(options.document())
    return {
      'cache-control': 'no-cache',
      'content-security-policy': policy([...new Set([...connectTo, ...(targets?.origins ?? [])])]),
      'x-content-type-options': 'nosniff',
      // A window in which another server signs a user in could not report back otherwise.
      ...(targets?.opensWindow && {
        'cross-origin-opener-policy': 'same-origin-allow-popups',
      }),
    }
  }
  const afterSignIn = (): Readonly<Record<string, string>> => ({
    ...headers(),
    'cross-origin-opener-policy': 'unsafe-none',
  })
  return [
    docsFile({
      path,
      contentType: 'text/html; charset=utf-8',
      headers,
      read: () =>
        new TextEncoder().encode(
          html({
            title,
            documentUrl,
            path: basePath + path,
            files,
            hasSockets: options.document?.()['x-websockets'] !== undefined,
            ...(ui && { ui }),
          }),
        ),
    }),
    ...files.map(({ name, place, contentType, isSeparate }) =>
      docsFile({
        path: `${path}/${name}`,
        contentType,
        headers: isSeparate ? afterSignIn : headers,
        read: read(place),
      }),
    ),
  ]
}
