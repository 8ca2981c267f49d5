// Every Node contender imports this before its own files. It writes Node's compile cache when the
// benchmark stops the process, so that later starts are like the second start of a deployed server.
import { flushCompileCache } from 'node:module'

process.once('SIGTERM', () => {
  flushCompileCache()
  process.exit(0)
})
