// Serves all of the worst inputs. It reports its port, and its memory regularly.
import { serve } from '../../src/index.ts'
import { worstInputApp } from './worst-input-app.ts'

// Load shedding has its own tests: here, a 503 would be an input without a check.
const limits = { eventLoopDelay: 0 }
const server = await serve(worstInputApp(), { port: 0, hostname: '127.0.0.1', limits })
const report = (): void =>
  void process.send?.({ port: server.port, rss: process.memoryUsage.rss() })
report()
setInterval(report, 100).unref()
process.once('disconnect', () => process.exit())
