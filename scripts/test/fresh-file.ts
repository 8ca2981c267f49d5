import { vi } from 'vitest'

// Test files share a process, because to start one and to load all packages takes longer than most files. Here a file
// gets rid of what the one before it has left: its copies of our modules, its mocks, and its environment variables.
vi.resetModules()
vi.useRealTimers()
vi.unstubAllEnvs()
vi.unstubAllGlobals()

// the providers that a file registered with OpenTelemetry's API, which keeps them in a global
Reflect.deleteProperty(globalThis, Symbol.for('opentelemetry.js.api.1'))

// the listener of each copy of our logging
const stdoutKey = Symbol.for('plinth.test.stdout')
type Listeners = ReturnType<typeof process.stdout.listeners>
const stdoutHolder = globalThis as { [stdoutKey]?: Listeners }
const initialListeners = (stdoutHolder[stdoutKey] ??= process.stdout.listeners('error'))
for (const listener of process.stdout.listeners('error'))
  if (!initialListeners.includes(listener))
    process.stdout.off('error', listener as (error: Error) => void)

const isOfTheRunner = (name: string): boolean => name.startsWith('VITEST')
const key = Symbol.for('plinth.test.environment')
const holder = globalThis as { [key]?: NodeJS.ProcessEnv }
/** The environment in which this process was started. */
const initial = (holder[key] ??= { ...process.env })
for (const name of Object.keys(process.env).filter((name) => !isOfTheRunner(name)))
  if (!(name in initial)) delete process.env[name]
for (const [name, value] of Object.entries(initial))
  if (!isOfTheRunner(name) && process.env[name] !== value) process.env[name] = value
