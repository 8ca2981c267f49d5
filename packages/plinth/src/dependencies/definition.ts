/** The key of the type of a dependency's value. It exists in types alone. */
export declare const value: unique symbol
/** The key of the type of the inputs that a dependency reads. It exists in types alone. */
export declare const asks: unique symbol

/** The key of the definition of a dependency. */
export const definition: unique symbol = Symbol('plinth.definition')

/**
 * A value that handlers and other dependencies can use by name.
 *
 * `A` is the type of the inputs that it reads from a request, for the client's types. `Dependency<User>` leaves it
 * open.
 */
export interface Dependency<out T, out A = unknown> {
  readonly [value]: T
  readonly [asks]?: A
}

/**
 * Types the definition of a dependency as the dependency that users see.
 *
 * @param made - an object with {@link definition}
 */
export const asDependency = <T, A = unknown>(made: {
  readonly [definition]: object
}): Dependency<T, A> =>
  // `value` and `asks` exist in types alone, so that no object has them.
  made as unknown as Dependency<T, A>

/** The part of the request that a parameter is read from. */
export type ParameterSource = 'path' | 'query' | 'header' | 'cookie' | 'body'
