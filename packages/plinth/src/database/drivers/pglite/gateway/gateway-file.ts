import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { holderOf } from '../../directory-lock.ts'
import { embeddedName } from './gateway-names.ts'

/** The content of a gateway's file. */
interface GatewayFile {
  /** The lock of the process that serves it. With another lock, the file is stale. */
  readonly lock: string
  readonly port: number
  readonly password: string
}

/** A process that shares an embedded database. */
export interface GatewayAddress {
  readonly pid: number
  /** With the password: print it only where the user asks for it. */
  readonly url: string
}

const fileOf = (directory: string): string => `${directory}.gateway`

/**
 * Writes the file that tells other processes of this user how to reach a gateway.
 *
 * @returns a function that removes it; the end of the process removes it too
 */
export function announceGateway(directory: string, content: GatewayFile): () => void {
  const file = fileOf(directory)
  // A file that is there keeps its mode.
  rmSync(file, { force: true })
  writeFileSync(file, JSON.stringify(content), { mode: 0o600, flag: 'wx' })
  const remove = (): void => {
    process.off('exit', remove)
    if (read(file)?.lock === content.lock) rmSync(file, { force: true })
  }
  process.once('exit', remove)
  return remove
}

/** Finds the process that shares an embedded database, if there is one. */
export function findGateway(directory: string): GatewayAddress | undefined {
  const found = read(fileOf(directory))
  if (found === undefined) return undefined
  const holder = holderOf(directory)
  if (holder === undefined || holder.id !== found.lock) return undefined
  const { port, password } = found
  const url = `postgres://${embeddedName}:${password}@127.0.0.1:${port}/${embeddedName}`
  return { pid: holder.pid, url }
}

/** Reads a gateway's file. Undefined if it does not exist or belongs to another user. */
function read(file: string): GatewayFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as GatewayFile
  } catch {
    return undefined
  }
}
