/** How `serve()` has an app answer what it need not make a `Request` of: an app's own method, not a part of its API. */
export const respondLazily: unique symbol = Symbol('plinth.respondLazily')
