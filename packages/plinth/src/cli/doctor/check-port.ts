import { createServer } from 'node:net'
import { serveSettings } from '../../server/serve-options.ts'
import type { DoctorFacts } from './facts.ts'
import { ok, problem, type Finding } from './finding.ts'

/** Whether the service could listen where it wants to. */
export async function checkPort(facts: DoctorFacts): Promise<Finding[]> {
  const setting = facts.setting('PORT')
  const wanted = Number(setting?.text ?? 8000)
  if (wanted === 0 || !Number.isInteger(wanted)) return []
  const { hostname } = serveSettings({ port: wanted })
  const hosts = hostname === 'localhost' ? ['127.0.0.1', '::1'] : [hostname]
  const errorCodes = await Promise.all(hosts.map((host) => tryToListen(wanted, host)))
  const from = setting === undefined ? 'default' : setting.source
  if (errorCodes.includes('EADDRINUSE'))
    return [
      problem(
        'port-taken',
        `Port ${wanted} (PORT, ${from}) is taken: another program listens there${await whoListens(wanted)}`,
        `Stop that program, or set PORT to another number. Who it is: ss -ltnp 'sport = :${wanted}', or lsof -i :${wanted}`,
      ),
    ]
  if (errorCodes.includes('EACCES'))
    return [
      problem(
        'port-taken',
        `Port ${wanted} (PORT, ${from}) may not be used by this user`,
        'Set PORT to a number above 1023',
      ),
    ]
  return [ok('port-taken', `Port ${wanted} is free`)]
}

/** Listens for a moment; gives the error's code if it cannot. */
function tryToListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** It may be this very service. */
async function whoListens(port: number): Promise<string> {
  try {
    const response = await fetch(`http://localhost:${port}/health/live`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(1000),
    })
    const { status } = (await response.json()) as { status?: unknown }
    return status === 'ok' ? ', a Plinth service. If it is this one, all is well' : ''
  } catch {
    return ''
  }
}
