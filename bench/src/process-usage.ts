import { readdirSync, readFileSync } from 'node:fs'

/** The CPU time of each process by its id, as read from `/proc`. */
export type CpuByProcess = ReadonlyMap<number, number>

/**
 * Reads the CPU time of a process in microseconds: user and system, all its threads.
 *
 * The scheduler counts nanoseconds, while the ticks of `/proc/PID/stat` are 10 ms each. It forgets
 * threads that ended, so this is right only for processes that keep their threads, such as Node's,
 * Bun's and uvicorn's.
 */
export function cpuOf(pid: number): number {
  const threads = `/proc/${pid}/task`
  return sum(listed(threads).map((thread) => onCpu(`${threads}/${thread}/schedstat`))) / 1000
}

/** Reads the CPU time of a process and each of its descendants. */
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

/**
 * Microseconds between two readings.
 *
 * A process that ended was another contender's idle connection, and counts nothing.
 */
export function usedBetween(before: CpuByProcess, after: CpuByProcess): number {
  return sum([...after].map(([pid, used]) => used - (before.get(pid) ?? 0)))
}

/** Reads the peak and the current resident memory of a process, in bytes. */
export function memoryOf(pid: number): { readonly peak: number; readonly now: number } {
  const status = read(`/proc/${pid}/status`)
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return { peak: kilobytes('VmHWM') * 1024, now: kilobytes('VmRSS') * 1024 }
}

/** True if this machine has the CPU times of processes in `/proc`. */
export const isMeasurable = (): boolean => cpuOf(process.pid) > 0

const onCpu = (file: string): number => Number(read(file).split(' ')[0] ?? 0)

// The name in parentheses may contain anything. The state and the parent follow the last
// parenthesis.
const parentOf = (pid: number): number =>
  Number(read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1] ?? 0)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Reads a file of `/proc`, or an empty text if the process ended in the meantime. */
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
