/**
 * Flags of Node for a process that ends soon, and opens an embedded database.
 *
 * It uses the database too briefly for the optimizing compiler of WebAssembly to pay.
 */
export const shortLived: readonly string[] = ['--liftoff-only']

/**
 * Flags of Node for a process that ends soon, by the URL of its database.
 *
 * A process with a flag of V8 compiles Node's own modules again, so one that only talks to a server has none.
 */
export const flagsFor = (databaseUrl: string | undefined): readonly string[] =>
  databaseUrl?.startsWith('postgres') === true ? [] : shortLived
