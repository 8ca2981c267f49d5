/**
 * Flags of Node for a process that ends soon.
 *
 * It uses its embedded database too briefly for the optimizing compiler of WebAssembly to pay.
 */
export const shortLived: readonly string[] = ['--liftoff-only']
