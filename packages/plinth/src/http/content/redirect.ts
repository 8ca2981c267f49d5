/**
 * Declares a response that redirects. Made by {@link redirect}.
 *
 * @example
 * ```ts
 * import { redirect, type RedirectContent } from 'plinth'
 *
 * const elsewhere: RedirectContent = redirect()
 * ```
 */
export class RedirectContent {
  readonly kind = 'redirect'

  /** Checks whether a content is that of a redirect. */
  static is(content: unknown): content is RedirectContent {
    return content instanceof RedirectContent
  }
}

const theRedirect: RedirectContent = new RedirectContent()

/**
 * Declares a redirect in a `response` map, under a status such as 303.
 *
 * The handler gives the location, a string or a `URL`. A path such as `/login` is sent as it is: it leads to the host
 * that the client called. Check a location that comes from a request, or the route redirects to any site.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.4
 * @example
 * ```ts
 * import { redirect, router } from 'plinth'
 *
 * const pages = router('/pages')
 * export const old = pages.get('/old/:id', { response: { 308: redirect() } }, ({ params }) => `/pages/${params.id}`)
 * ```
 */
export const redirect = (): RedirectContent => theRedirect
