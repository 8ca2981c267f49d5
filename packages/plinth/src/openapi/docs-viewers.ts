const javascript = 'text/javascript; charset=utf-8'
const css = 'text/css; charset=utf-8'
const html = 'text/html; charset=utf-8'

/** A file of the documentation page: its name in the URL, its place in `assets`, and its content type. */
export interface ViewerFile {
  readonly name: string
  readonly place: string
  readonly contentType: string
  /** `true` for a file that the page itself does not load. */
  readonly isSeparate?: true
  /** `true` for a script that the page loads only if the document has WebSockets. */
  readonly isForSockets?: true
}

const script = (name: string, place: string): ViewerFile => ({
  name,
  place,
  contentType: javascript,
})
const style = (name: string, place: string): ViewerFile => ({ name, place, contentType: css })

/** Shows the WebSockets, which no viewer knows. */
const sockets: ViewerFile = { ...script('sockets.js', 'docs/sockets.js'), isForSockets: true }

/** The programs that can show the documentation. */
export type DocsReference = 'swagger-ui' | 'scalar'

/** The files of each, in the order in which the page loads them. */
export const viewers: Readonly<Record<DocsReference, readonly ViewerFile[]>> = {
  'swagger-ui': [
    style('swagger-ui.css', 'swagger-ui/swagger-ui.css'),
    style('docs.css', 'docs/docs.css'),
    script('swagger-ui-bundle.js', 'swagger-ui/swagger-ui-bundle.js'),
    script('docs.js', 'docs/docs.js'),
    // Where an authorization server sends the browser back to, in a window of its own.
    {
      name: 'oauth2-redirect.html',
      place: 'swagger-ui/oauth2-redirect.html',
      contentType: html,
      isSeparate: true,
    },
    { ...script('oauth2-redirect.js', 'swagger-ui/oauth2-redirect.js'), isSeparate: true },
    sockets,
  ],
  // Its script would insert the same styles, which the content security policy refuses.
  scalar: [
    style('scalar.css', 'scalar/style.css'),
    style('docs.css', 'docs/docs.css'),
    script('scalar.js', 'scalar/standalone.js'),
    script('docs.js', 'docs/scalar.js'),
    sockets,
  ],
}

export const isStyle = ({ contentType }: ViewerFile): boolean => contentType === css
