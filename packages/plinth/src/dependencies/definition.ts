/** For types only: where a dependency keeps the type of its value. */
export declare const value: unique symbol
/** For types only: where a dependency keeps what it asks of a request. */
export declare const asks: unique symbol

/** Where an object that can be asked for keeps what the plan must know of it. */
export const definition: unique symbol = Symbol('plinth.definition')

/**
 * Something that a handler, or another dependency, can ask for.
 *
 * `A` is what it asks of a request itself, for the client's types; `Dependency<User>` says nothing of that.
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

/** Where a parameter stands in the request. */
export type ParameterSource = 'path' | 'query' | 'header' | 'cookie'
