import { type ContenderName, contenderOf } from './contenders.ts'
import { cpuOf } from './process-usage.ts'
import { type ServerSettings, startServer } from './server-process.ts'

/** A start of a contender, up to its first response with a list from the database. */
export interface Start {
  /** Milliseconds since the start of the process. */
  readonly milliseconds: number
  readonly cpuMs: number
}

/** The conditions and the number of the starts. */
export interface StartSettings extends ServerSettings {
  readonly names: readonly ContenderName[]
  readonly rounds: number
  readonly authorization: string
}

/** Starts the contenders repeatedly, in turn. */
export async function measureStarts(
  settings: StartSettings,
): Promise<ReadonlyMap<ContenderName, readonly Start[]>> {
  const starts = new Map<ContenderName, Start[]>()
  for (let round = 0; round < settings.rounds; round += 1)
    for (const name of settings.names)
      starts.set(name, [...(starts.get(name) ?? []), await startOnce(name, settings)])
  return starts
}

async function startOnce(name: ContenderName, settings: StartSettings): Promise<Start> {
  const startedAt = performance.now()
  const server = await startServer(contenderOf(name), settings)
  try {
    const { authorization } = settings
    const response = await fetch(`${server.origin}/api/tasks`, { headers: { authorization } })
    await response.arrayBuffer()
    if (!response.ok)
      throw new Error(`${name}: its first response had the status ${response.status}`)
    return { milliseconds: performance.now() - startedAt, cpuMs: cpuOf(server.pid) / 1000 }
  } finally {
    await server.stop()
  }
}
