// `npm run bench`: installs what the contenders need, then measures them.
import { install } from './install.ts'
import { isInterrupted } from './interruption.ts'
import { type BenchOptions, readOptions, usage } from './options.ts'

const options = optionsOrUsage(process.argv.slice(2))
await install()
// Imported late, because it needs the packages that were just installed.
const { run } = options.overload
  ? await import('./overload/run-overload.ts')
  : await import('./run-bench.ts')
await run(options).catch((error: unknown) => {
  // After a signal, this process ends when Postgres has stopped.
  if (!isInterrupted()) throw error
})

function optionsOrUsage(args: readonly string[]): BenchOptions {
  if (args.includes('--help')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return readOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return process.exit(2)
  }
}
