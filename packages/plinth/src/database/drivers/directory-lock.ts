import { randomUUID } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PlinthError } from '../../errors/plinth-error.ts'

/** The holder of a lock, as written in its file. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process started, to tell it from a later one with the same pid; `null` where the system does not say. */
  readonly began: string | null
  /** Identifies this lock, so that only its holder removes it. */
  readonly id: string
  /** True for `plinth dev`, which shares the database through a gateway. */
  readonly shares?: boolean
}

/** A lock that this process holds. */
export interface DirectoryLock {
  readonly id: string
  readonly release: () => void
}

/** Options of {@link acquireLock}. */
export interface LockOptions {
  /** The environment variable that names the directory, for the error message. Default DATABASE_URL. */
  readonly setting?: string
  /** True for `plinth dev`. */
  readonly shares?: boolean
}

/** Milliseconds to wait for a process that is about to exit. */
const grace = 1500
/** Milliseconds that `plinth dev` waits for a command or script, which may have opened the database during a restart. */
const graceOfShared = 10_000
/** The ids of the locks this process holds, by file. They belong to the process, which releases them when it exits. */
const held = new Map<string, string>()
/** True once the process has its exit listener. */
let listening = false

/**
 * Locks the directory of an embedded database for this process. Two processes in one directory would destroy it.
 *
 * The lock is a file beside the directory. It is never taken from a running process. The lock of a process that has
 * exited is taken over. Plinth's own databases lock their directory themselves.
 *
 * @param directory - an absolute path
 * @param setting - the environment variable that names the directory, for the error message
 * @returns a function that releases the lock; the end of the process releases it too
 * @throws {PlinthError} `PLINTH_DATABASE_LOCKED`: another process holds the lock
 * @example
 * ```ts
 * import { resolve } from 'node:path'
 * import { PGlite } from '@electric-sql/pglite'
 * import { lockDirectory } from 'plinth/lock'
 *
 * const directory = resolve('./.plinth/auth')
 * await lockDirectory(directory, 'AUTH_DATABASE_URL')
 * export const pglite = await PGlite.create(directory)
 * ```
 */
export async function lockDirectory(
  directory: string,
  setting: string = 'DATABASE_URL',
): Promise<() => void> {
  const { release } = await acquireLock(directory, { setting })
  return release
}

/**
 * Locks the directory of an embedded database, as {@link lockDirectory} does.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_LOCKED`
 */
export async function acquireLock(
  directory: string,
  { setting = 'DATABASE_URL', shares = false }: LockOptions = {},
): Promise<DirectoryLock> {
  const file = `${directory}.lock`
  mkdirSync(dirname(file), { recursive: true })
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    began: startOf(process.pid),
    id: randomUUID(),
    shares,
  }
  const begun = Date.now()
  while (!create(file, own)) {
    const holder = read(file)
    if (holder === undefined) continue
    if (!lives(holder)) takeAway(file, holder)
    else if (!mayEnd(holder) || Date.now() - begun > patienceWith(holder, shares))
      throw locked(directory, holder, setting)
    else await sleep(50)
  }
  held.set(file, own.id)
  releaseAtExit()
  return { id: own.id, release: () => release(file) }
}

const patienceWith = (holder: Holder, shares: boolean): number =>
  shares && holder.shares !== true ? graceOfShared : grace

/** The process that holds a directory at the moment. Changes nothing. */
export function holderOf(
  directory: string,
): Pick<Holder, 'pid' | 'host' | 'id' | 'shares'> | undefined {
  const holder = read(`${directory}.lock`)
  return holder !== undefined && lives(holder) ? holder : undefined
}

/** Writes the lock under another name first, so that no process ever reads half a lock. */
function create(file: string, own: Holder): boolean {
  const draft = `${file}.${own.id}`
  writeFileSync(draft, JSON.stringify(own), { flag: 'wx' })
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function read(file: string): Holder | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  try {
    const { pid, host, began, id, shares } = JSON.parse(text) as Partial<Holder>
    if (typeof pid === 'number' && typeof id === 'string')
      return { pid, host: host ?? hostname(), began: began ?? null, id, shares: shares === true }
  } catch {
    // Not a lock of ours, or cut off by a full disk: no process can hold it.
  }
  return { pid: 0, host: hostname(), began: null, id: text }
}

/** Removes the lock of a process that exited, and only that one, even if several processes try at once. */
function takeAway(file: string, dead: Holder): void {
  const turn = `${file}.turn`
  try {
    mkdirSync(turn)
  } catch {
    const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs
    // The process that made it died between these lines.
    if (since !== undefined && Date.now() - since > 10_000) rmdirSync(turn)
    return
  }
  try {
    if (read(file)?.id === dead.id) rmSync(file, { force: true })
  } finally {
    rmdirSync(turn)
  }
}

const mayEnd = (holder: Holder): boolean => holder.host === hostname() && holder.pid !== process.pid

function lives(holder: Holder): boolean {
  if (holder.host !== hostname()) return true
  if (holder.pid <= 0) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const began = startOf(holder.pid)
  return holder.began === null || began === null || holder.began === began
}

/** Linux tells when a process started, in ticks since boot. On other systems the pid alone has to do. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name, which may hold anything; the state is the third, the start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return 'ended'
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}:${fields[19]}`
  } catch {
    return null
  }
}

function release(file: string): void {
  const id = held.get(file)
  held.delete(file)
  if (id !== undefined && read(file)?.id === id) rmSync(file, { force: true })
}

function releaseAtExit(): void {
  if (listening) return
  listening = true
  process.once('exit', () => {
    for (const file of held.keys()) release(file)
  })
}

function locked(directory: string, holder: Holder, setting: string): PlinthError {
  if (holder.host !== hostname())
    return new PlinthError(
      'PLINTH_DATABASE_LOCKED',
      `The database in ${directory} is in use by process ${holder.pid} on ${holder.host}: stop that process, or, if it is gone, remove ${directory}.lock`,
    )
  const who =
    holder.pid === process.pid
      ? `this process (${holder.pid}) already: open it once, and share it`
      : `${holder.shares === true ? `plinth dev (process ${holder.pid}): stop it` : `process ${holder.pid}: stop that process`}, or give this one another directory in ${setting}`
  return new PlinthError(
    'PLINTH_DATABASE_LOCKED',
    `The database in ${directory} is in use by ${who}`,
  )
}
