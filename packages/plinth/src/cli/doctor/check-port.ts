import { createServer } from 'node:net'
import { serveSettings } from '../../server/serve-options.ts'
import type { DoctorFacts } from './facts.ts'
import { ok, problem, type Finding } from './finding.ts'

/** Checks that the service's port is free. */
export async function checkPort(facts: DoctorFacts): Promise<Finding[]> {
  const setting = facts.setting('PORT')
  const port = Number(setting?.text ?? 8000)
  if (port === 0 || !Number.isInteger(port)) return []
  const { hostname } = serveSettings({ port })
  const hosts = hostname === 'localhost' ? ['127.0.0.1', '::1'] : [hostname]
  const errors = await Promise.all(hosts.map((host) => tryToListen(port, host)))
  const from = setting === undefined ? 'default' : setting.source
  if (errors.includes('EADDRINUSE'))
    return [
      problem(
        'port-taken',
        `Port ${port} (PORT, ${from}) is in use by another program${await describeListener(port)}`,
        `Stop that program, or set PORT to another number. To find it: ss -ltnp 'sport = :${port}', or lsof -i :${port}`,
      ),
    ]
  if (errors.includes('EACCES'))
    return [
      problem(
        'port-taken',
        `Port ${port} (PORT, ${from}) is not allowed for this user`,
        'Set PORT to a number above 1023',
      ),
    ]
  return [ok('port-taken', `Port ${port} is free`)]
}

/** Listens for a moment, and returns the error code if that fails. */
function tryToListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** Adds a hint if the program on the port is a Plinth service, possibly this one. */
async function describeListener(port: number): Promise<string> {
  try {
    const response = await fetch(`http://localhost:${port}/health/live`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(1000),
    })
    const { status } = (await response.json()) as { status?: unknown }
    return status === 'ok' ? ', a Plinth service. If it is this one, nothing is wrong' : ''
  } catch {
    return ''
  }
}
