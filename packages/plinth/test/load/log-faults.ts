import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLogging, type LineCounts, type LoggingService } from './logging-service.ts'

/** The outcome of a {@link LogFault}. */
export interface FaultOutcome extends LineCounts {
  /** Requests that got no 200. */
  readonly failed: number
  readonly code: number | string
  /** From SIGTERM to the exit, in milliseconds. */
  readonly milliseconds: number
}

/** A fault of the output: runs a service through it. */
export type LogFault = (options: {
  readonly folder: string
  readonly workers: number
  readonly requests: number
}) => Promise<FaultOutcome>

async function finish(
  service: LoggingService,
  { asked, good }: { readonly asked: number; readonly good: number },
): Promise<FaultOutcome> {
  const { code, milliseconds } = await service.stop()
  return { ...service.count(), failed: asked - good, code, milliseconds }
}

/** Nothing reads the pipe. */
export const blockedPipe: LogFault = async ({ requests, ...options }) => {
  await using service = await startLogging(options)
  service.pipe.pause()
  const good = await service.ask(requests)
  return await finish(service, { asked: requests, good })
}

/** Nothing reads the pipe, until there are lines that were dropped. */
export const blockedForAWhile: LogFault = async ({ requests, ...options }) => {
  await using service = await startLogging(options)
  service.pipe.pause()
  const blocked = await service.ask(requests)
  service.pipe.resume()
  await service.wrote(/"dropped":\d+/)
  const good = blocked + (await service.ask(5))
  return await finish(service, { asked: requests + 5, good })
}

/** The reader of the pipe has gone. */
export const closedPipe: LogFault = async ({ requests, ...options }) => {
  await using service = await startLogging(options)
  service.pipe.destroy()
  const good = await service.ask(requests)
  return await finish(service, { asked: requests, good })
}

/** The pipe takes 64 KiB every 50 ms, a tenth of what is written. */
export const slowReader: LogFault = async ({ requests, ...options }) => {
  await using service = await startLogging(options)
  const reader = setInterval(() => {
    service.pipe.resume()
    setImmediate(() => service.pipe.pause())
  }, 50)
  service.pipe.pause()
  const good = await service.ask(requests)
  clearInterval(reader)
  return await finish(service, { asked: requests, good })
}

/** The disk is full all the time. */
export const fullDisk: LogFault = async ({ requests, ...options }) => {
  await using service = await startLogging({ ...options, file: '/dev/full' })
  const good = await service.ask(requests)
  return await finish(service, { asked: requests, good })
}

/** The disk is full for a while. It mounts a small file system, which takes root. */
export const fullForAWhile: LogFault = async ({ requests, ...options }) => {
  const disk = join(options.folder, 'disk')
  mkdirSync(disk, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk])
  try {
    await using service = await startLogging({ ...options, file: join(disk, 'log') })
    const filler = join(disk, 'filler')
    fill(filler)
    const full = await service.ask(requests)
    rmSync(filler)
    await service.wrote(/"dropped":\d+/)
    const good = full + (await service.ask(5))
    return await finish(service, { asked: requests + 5, good })
  } finally {
    await sleep(100)
    execFileSync('umount', ['-l', disk])
  }
}

/** Writes a file that takes what is left of the disk. */
function fill(file: string): void {
  for (const size of [1024 * 1024, 4096, 1])
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
    } catch {
      // The next size may still fit.
    }
}

/** True if there is a device that is always full. */
export const hasFullDevice = (): boolean => existsSync('/dev/full')

/** True if {@link fullForAWhile} can mount a file system. */
export function canMount(folder: string): boolean {
  const disk = join(folder, 'disk')
  mkdirSync(disk, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' })
    execFileSync('umount', [disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
