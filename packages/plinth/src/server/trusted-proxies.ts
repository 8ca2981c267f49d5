import { BlockList, isIP } from 'node:net'
import { PlinthError } from '../errors/plinth-error.ts'
import { headerItems } from '../http/header-items.ts'

/** The client and the public URL of a request, as the proxies in front of the server tell them. */
export interface Forwarded {
  readonly address: string | undefined
  readonly protocol: 'http' | 'https' | undefined
  /** Not checked yet. */
  readonly host: string | undefined
}

/** The headers of a request, as Node has them. */
export type ForwardedHeaders = Readonly<Record<string, string | string[] | undefined>>

/** The proxies whose `X-Forwarded-…` headers count. */
export class TrustedProxies {
  readonly #list = new BlockList()

  /**
   * @param trusted - addresses, and networks such as `10.0.0.0/8`
   * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: one is neither, or the list is empty
   */
  constructor(trusted: readonly string[]) {
    if (!Array.isArray(trusted) || trusted.length === 0)
      throw invalid('name the addresses of the proxies, such as ["10.0.0.0/8"]')
    for (const each of trusted) this.#add(each)
  }

  #add(given: string): void {
    if (typeof given !== 'string') throw invalid('an entry is not a text: write "10.0.0.0/8"')
    const problem = proxyProblem(given)
    if (problem !== undefined) throw invalid(problem)
    const [address = '', bits] = given.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) this.#list.addAddress(address, family)
    else this.#list.addSubnet(address, Number(bits), family)
  }

  trusts(address: string): boolean {
    const version = isIP(address)
    return version !== 0 && this.#list.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }

  /**
   * Reads what the proxies say about a request. The headers of an address that is not trusted count for nothing.
   *
   * Each proxy adds the address that it was called from at the end of `X-Forwarded-For`, so the client is the last one
   * that is not a proxy. What stands before it, the client may have made up.
   *
   * @param peer - the address of the connection
   */
  read(peer: string | undefined, headers: ForwardedHeaders): Forwarded {
    if (peer === undefined || !this.trusts(peer))
      return { address: peer, protocol: undefined, host: undefined }
    let address = peer
    for (const entry of items(headers['x-forwarded-for']).toReversed()) {
      const next = addressIn(entry)
      if (next === undefined) break
      address = next
      if (!this.trusts(next)) break
    }
    const protocol = items(headers['x-forwarded-proto']).at(-1)?.toLowerCase()
    return {
      address,
      protocol: protocol === 'http' || protocol === 'https' ? protocol : undefined,
      host: items(headers['x-forwarded-host']).at(-1),
    }
  }
}

/** Returns the problem with the address or network of a proxy; `undefined` if it can be trusted. */
export function proxyProblem(given: string): string | undefined {
  const [address = '', bits, ...more] = given.split('/')
  const version = isIP(address)
  const most = version === 6 ? 128 : 32
  const isNetwork = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most
  if (version === 0 || more.length > 0 || (bits !== undefined && !isNetwork))
    return `"${given}" is neither an address nor a network: write "10.0.0.5" or "10.0.0.0/8"`
  return bits === '0' ? `"${given}" is everybody: any client could choose its address` : undefined
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_OPTION_UNKNOWN', `serve(): trustProxy: ${problem}`)

const items = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : headerItems(Array.isArray(value) ? value.join(', ') : value)

const withPort = /^(?:(\d+\.\d+\.\d+\.\d+)(?::\d+)?|\[([\da-f:.]+)\](?::\d+)?)$/i

/** Returns the address of an entry, without a port; `undefined` if it is not one. */
function addressIn(entry: string): string | undefined {
  const found = withPort.exec(entry)
  const address = found?.[1] ?? found?.[2] ?? entry
  return isIP(address) === 0 ? undefined : plainAddress(address)
}

/** An IPv4 address in its usual form, where a socket that takes both versions has it as IPv6. */
export const plainAddress = (address: string): string =>
  /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address
