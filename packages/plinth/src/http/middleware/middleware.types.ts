/**
 * Calls the next middleware, or the app itself, with the request or a changed copy of it.
 *
 * It rejects only if a middleware threw: errors of routes are responses.
 */
export type Next = (request?: Request) => Promise<Response>

/**
 * A function around everything that an app responds to, in the style of `fetch`.
 *
 * It returns the response of `next`, a changed one, or one of its own without calling `next`.
 */
export type Middleware = (request: Request, next: Next) => Response | Promise<Response>
