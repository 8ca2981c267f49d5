import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const memory = '/dev/shm'
const prefix = 'plinth-tests-'
/** Bytes that must be free: a run holds dozens of databases at once. */
const needed = 6 * 1024 ** 3

/**
 * Makes a folder for the temporary files of this process and its children, in memory if it can.
 *
 * Tests create hundreds of databases, and a disk is slow at that. Without enough memory, or where files in it cannot be
 * executed, the folder is among the temporary files of the system. It is deleted at the end of the process.
 */
export function useRunFolder(): void {
  if (basename(tmpdir()).startsWith(prefix)) return
  const parent = isUsable() ? memory : tmpdir()
  removeLeftovers(parent)
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`))
  // Postgres runs as another user if the tests run as root
  chmodSync(folder, 0o1777)
  process.env['TMPDIR'] = folder
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
}

function isUsable(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize >= needed && canExecute()
  } catch {
    return false
  }
}

function canExecute(): boolean {
  const folder = mkdtempSync(join(memory, prefix))
  try {
    const script = join(folder, 'script')
    writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 })
    return spawnSync(script).status === 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Deletes the folders of runs that were killed. */
function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = /^plinth-tests-(\d+)-/.exec(name) ?? []
    if (pid === undefined || isRunning(Number(pid))) continue
    try {
      rmSync(join(parent, name), { recursive: true, force: true })
    } catch {
      // It belongs to another user.
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
