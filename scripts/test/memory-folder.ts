import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
const prefix = 'plinth-tests-'
/** Bytes that must be free: a run holds dozens of databases at once. */
const needed = 6 * 1024 ** 3

/**
 * Makes a folder in memory for the temporary files of this process and its children.
 *
 * Tests create hundreds of databases, and a disk is slow at that. The folder is deleted at the end of the process.
 * Without enough memory, or where files in it cannot be executed, the folder for temporary files
 * stays the one of the system.
 */
export function useMemoryFolder(): void {
  if (tmpdir().startsWith(memory) || !isUsable()) return
  removeLeftovers()
  const folder = mkdtempSync(join(memory, `${prefix}${process.pid}-`))
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
function removeLeftovers(): void {
  for (const name of readdirSync(memory)) {
    const [, pid] = /^plinth-tests-(\d+)-/.exec(name) ?? []
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(memory, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
