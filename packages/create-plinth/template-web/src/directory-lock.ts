import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Takes the folder of an embedded database for this process: two at once would destroy it.
 *
 * The lock is a file beside the folder with the process's id. It is never taken from a process that lives.
 *
 * @throws {Error} another process has it
 */
export function lockDirectory(directory: string): void {
  const file = `${directory}.lock`
  mkdirSync(dirname(file), { recursive: true })
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = holderOf(file)
    if (holder === process.pid) return
    if (lives(holder))
      throw new Error(
        `The database in ${directory} is in use by process ${holder}: stop that process, or give this one another folder in AUTH_DATABASE_URL`,
      )
    rmSync(file, { force: true })
  }
  process.once('exit', () => rmSync(file, { force: true }))
}

function holderOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

function lives(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
