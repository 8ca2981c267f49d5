/** Bun has only the CPU time of the process. */
const usage = process.threadCpuUsage?.bind(process) ?? process.cpuUsage.bind(process)

/** The CPU time of this thread so far, in milliseconds. It costs about a microsecond. */
export function cpuTime(): number {
  const { user, system } = usage()
  return (user + system) / 1000
}
