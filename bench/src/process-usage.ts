import { readdirSync, readFileSync } from 'node:fs'

/** What a process has used since it began, by its id; read from `/proc`, without a word from the process itself. */
export type CpuByProcess = ReadonlyMap<number, number>

/**
 * CPU time of a process in microseconds, user and system together, all its threads.
 *
 * The scheduler's own nanoseconds: the ticks of `/proc/PID/stat` are 10 ms each. A thread that ended is not in it, so
 * that only processes with threads that stay are measured right: Node's, Bun's and uvicorn's do.
 */
export function cpuOf(pid: number): number {
  const threads = `/proc/${pid}/task`
  return sum(listed(threads).map((thread) => onCpu(`${threads}/${thread}/schedstat`))) / 1000
}

/** CPU time of a process and all that descend from it, each by itself. */
export function cpuOfTree(root: number): CpuByProcess {
  const parents = new Map<number, number>()
  for (const entry of listed('/proc')) {
    const pid = Number(entry)
    if (Number.isInteger(pid)) parents.set(pid, parentOf(pid))
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true
    return false
  }
  return new Map([...parents.keys()].filter(isBelow).map((pid) => [pid, cpuOf(pid)]))
}

/** Microseconds between two readings. One that is gone was another contender's idle connection: it counts nothing. */
export function usedBetween(before: CpuByProcess, after: CpuByProcess): number {
  return sum([...after].map(([pid, used]) => used - (before.get(pid) ?? 0)))
}

/** The most memory that a process ever had in RAM, and what it has now; bytes. */
export function memoryOf(pid: number): { readonly peak: number; readonly now: number } {
  const status = read(`/proc/${pid}/status`)
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return { peak: kilobytes('VmHWM') * 1024, now: kilobytes('VmRSS') * 1024 }
}

/** Whether this machine tells what a process used. */
export const isMeasurable = (): boolean => cpuOf(process.pid) > 0

const onCpu = (file: string): number => Number(read(file).split(' ')[0] ?? 0)

// The name, in parentheses, may hold anything: what follows the last parenthesis is state, then parent.
const parentOf = (pid: number): number =>
  Number(read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1] ?? 0)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Processes end while they are looked at: what is gone is empty. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
