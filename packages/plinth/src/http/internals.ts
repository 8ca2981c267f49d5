/** The key of what an app offers to Plinth's own server, tests and commands alone. */
export const internals: unique symbol = Symbol('plinth.internals')
