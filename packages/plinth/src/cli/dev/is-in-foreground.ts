import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** True if the terminal belongs to this process: one in the background that changes it is stopped by the system. */
export function isInForeground(): boolean {
  if (process.platform === 'win32') return true
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // The second field is the name, which may hold anything. After the state: parent, group, session, terminal, and
    // the group in the foreground of that terminal.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return group === foreground
  } catch {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(process.pid)], {
      encoding: 'utf8',
    })
    // `null` if there is no such program.
    return (stdout as string | null)?.includes('+') ?? false
  }
}
