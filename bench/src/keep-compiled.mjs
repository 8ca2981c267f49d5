// Imported by every Node contender before its own files: what Node has compiled is written to its compile cache when
// the benchmark ends the process, so that each start after the first is like the second start of a deployed server.
import { flushCompileCache } from 'node:module'

process.once('SIGTERM', () => {
  flushCompileCache()
  process.exit(0)
})
