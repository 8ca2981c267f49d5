// Standard output that is full, blocked, closed or slow, under requests that log.
import {
  blockedForAWhile,
  blockedPipe,
  canMount,
  closedPipe,
  fullDisk,
  fullForAWhile,
  hasFullDevice,
  slowReader,
  type FaultOutcome,
  type LogFault,
} from './log-faults.ts'
import type { Load } from './main.ts'
import { loadProject } from './load-service.ts'

const requests = 150

const accounted = ({ written, dropped, unwritten, torn }: FaultOutcome): number =>
  written + dropped + unwritten + torn

export const load: Load['load'] = async () => {
  using project = loadProject()
  const { folder } = project
  const faults: Readonly<Record<string, LogFault>> = {
    'blocked pipe': blockedPipe,
    'blocked, then read': blockedForAWhile,
    'slow reader': slowReader,
    'closed pipe': closedPipe,
    ...(hasFullDevice() && { 'full disk': fullDisk }),
    ...(canMount(folder) && { 'full, then room': fullForAWhile }),
  }
  const rows: object[] = []
  const problems: string[] = []
  for (const [name, fault] of Object.entries(faults))
    for (const workers of [1, 2]) {
      const outcome = await fault({ folder, workers, requests })
      const { logged, failed, torn, code, milliseconds, ...counts } = outcome
      const lost = logged - accounted(outcome)
      rows.push({
        fault: name,
        workers,
        failed,
        logged,
        ...counts,
        lost,
        torn,
        code,
        'SIGTERM (ms)': milliseconds,
      })
      const wrong = {
        'requests failed': failed > 0,
        'lines were torn': torn > 0,
        'lines were lost without a report':
          lost !== 0 && fault !== closedPipe && fault !== fullDisk,
        'SIGTERM took more than 5 s': milliseconds > 5000,
        'the exit code is not 0': code !== 0,
      }
      for (const [problem, isWrong] of Object.entries(wrong))
        if (isWrong) problems.push(`${name}, ${workers} workers: ${problem}`)
    }
  return { tables: { [`${requests} requests, 21 log lines each`]: rows }, problems }
}
