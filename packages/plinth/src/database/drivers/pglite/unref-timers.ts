import type { Extension } from '@electric-sql/pglite'

type Imports = Record<string, Record<string, unknown>>
type InstantiateWasm = (imports: Imports, done: unknown) => unknown
type SetTimer = (which: number, milliseconds: number) => unknown

/** Runs a synchronous function in which timers do not keep the process alive. */
function withUnrefTimers<T>(run: () => T): T {
  const { setTimeout: real } = globalThis
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) =>
    real(...args).unref()) as typeof setTimeout
  try {
    return run()
  } finally {
    globalThis.setTimeout = real
  }
}

/**
 * Lets a process end when only Postgres' own timers are left, which it sets again every ten seconds.
 *
 * PGlite passes Emscripten's imports to its extensions. If they are not as expected, it changes nothing.
 */
export const unrefTimers: Extension = {
  name: 'plinth-unref-timers',
  setup: (_pglite, options: { readonly instantiateWasm?: InstantiateWasm }) => {
    const { instantiateWasm } = options
    if (typeof instantiateWasm !== 'function') return Promise.resolve({ emscriptenOpts: options })
    const instantiate: InstantiateWasm = (imports, done) => {
      const env = Object.values(imports).find((one) => typeof one['_setitimer_js'] === 'function')
      const setTimer = env?.['_setitimer_js'] as SetTimer | undefined
      if (env !== undefined && setTimer !== undefined)
        env['_setitimer_js'] = (...args: Parameters<SetTimer>) =>
          withUnrefTimers(() => setTimer(...args))
      return instantiateWasm(imports, done)
    }
    return Promise.resolve({ emscriptenOpts: { ...options, instantiateWasm: instantiate } })
  },
}
