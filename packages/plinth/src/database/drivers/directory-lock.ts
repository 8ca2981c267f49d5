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

/** Who holds a lock, as its file says. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process began, to tell it from a later one with the same pid; `null` where the system does not say. */
  readonly began: string | null
  /** Of this one lock, so that only its holder removes it. */
  readonly id: string
}

/** How long a holder that is about to end is waited for, in milliseconds. */
const patience = 1500
const held = new Map<string, string>()
let listening = false

/**
 * Takes the directory for this process: two processes in one embedded database destroy it.
 *
 * The lock is a file beside the directory. It is never taken from a process that lives; one whose process has ended
 * is taken over.
 *
 * @param directory - absolute
 * @returns what gives it free; the end of the process does so too
 * @throws {PlinthError} `PLINTH_DATABASE_LOCKED`: another process has it
 */
export async function lockDirectory(directory: string): Promise<() => void> {
  const file = `${directory}.lock`
  mkdirSync(dirname(file), { recursive: true })
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    began: beginningOf(process.pid),
    id: randomUUID(),
  }
  const until = Date.now() + patience
  while (!create(file, own)) {
    const holder = read(file)
    if (holder === undefined) continue
    if (!lives(holder)) takeAway(file, holder)
    else if (Date.now() > until || !mayEnd(holder)) throw locked(directory, holder)
    else await sleep(50)
  }
  held.set(file, own.id)
  releaseAtExit()
  return () => release(file)
}

/** Who has the directory at the moment; nothing is changed. */
export function holderOf(directory: string): Pick<Holder, 'pid' | 'host'> | undefined {
  const holder = read(`${directory}.lock`)
  return holder !== undefined && lives(holder) ? holder : undefined
}

/** Made whole under another name first: nobody ever reads half a lock. */
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
    const { pid, host, began, id } = JSON.parse(text) as Partial<Holder>
    if (typeof pid === 'number' && typeof id === 'string')
      return { pid, host: host ?? hostname(), began: began ?? null, id }
  } catch {
    // Not ours, or cut off by a full disk: nobody can hold it.
  }
  return { pid: 0, host: hostname(), began: null, id: text }
}

/** Removes a dead holder's lock, and nobody else's, though several processes may try at once. */
function takeAway(file: string, dead: Holder): void {
  const turn = `${file}.turn`
  try {
    mkdirSync(turn)
  } catch {
    const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs
    // Its process died between these lines.
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
    // EPERM: it lives, and is another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const began = beginningOf(holder.pid)
  return holder.began === null || began === null || holder.began === began
}

/** Linux tells when a process began (in ticks since this boot); elsewhere the pid alone must do. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name, which may hold anything; the state is the third, the beginning the 22nd.
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

function locked(directory: string, holder: Holder): PlinthError {
  if (holder.host !== hostname())
    return new PlinthError(
      'PLINTH_DATABASE_LOCKED',
      `The database in ${directory} is in use by process ${holder.pid} on ${holder.host}: stop that process, or, if it is gone, remove ${directory}.lock`,
    )
  const who =
    holder.pid === process.pid
      ? `this process (${holder.pid}) already: open it once, and share it`
      : `process ${holder.pid}: stop that process, or give this one another directory in DATABASE_URL`
  return new PlinthError(
    'PLINTH_DATABASE_LOCKED',
    `The database in ${directory} is in use by ${who}`,
  )
}
