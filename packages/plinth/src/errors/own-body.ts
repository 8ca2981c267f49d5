/**
 * The key of a body that another standard prescribes, in place of the app's format of errors.
 *
 * An `HttpError` has the JSON that is sent, and an error type its schema.
 */
export const ownBody: unique symbol = Symbol('plinth.ownBody')

/** The own body of an error or an error type; `undefined` if it has none. */
export const ownBodyOf = (of: object): object | undefined =>
  (of as { readonly [ownBody]?: object })[ownBody]
