import { parseCookies, type Cookies } from '../../http/cookie.ts'
import type { Exchange } from '../../http/exchange.ts'
import { headerItems } from '../../http/header-items.ts'
import { decodePathValue, parseQuery, type RawValues } from '../../http/read-url.ts'
import type { ParameterReader } from './parameter-readers.ts'

/** The inputs of a request before they are read: path values not decoded, query string not parsed. */
export interface RawInputs {
  readonly pathValues: Readonly<Record<string, string>>
  readonly search: string
}

/** A parameter, by its source and its name. */
type Asked = Pick<ParameterReader, 'source' | 'name' | 'list'>

/** The parameters of a request as they were sent. Each source is parsed once. */
export class RawParameters {
  readonly #exchange: Exchange
  readonly #raw: RawInputs
  readonly #mostQueryParameters: number
  #query: RawValues | undefined
  #cookies: Cookies | undefined

  constructor(exchange: Exchange, raw: RawInputs, mostQueryParameters: number) {
    this.#exchange = exchange
    this.#raw = raw
    this.#mostQueryParameters = mostQueryParameters
  }

  /** The values of the query string by name. */
  get query(): RawValues {
    return (this.#query ??= parseQuery(this.#raw.search, 'query string', this.#mostQueryParameters))
  }

  get #allCookies(): Cookies {
    return (this.#cookies ??= parseCookies(this.#exchange.incoming.headers.get('cookie') ?? ''))
  }

  /** The value of a parameter: a list if it was sent more than once, or if it takes a list. */
  value({ source, name, list }: Asked): string | string[] | undefined {
    switch (source) {
      case 'path':
        return decodePathValue(this.#raw.pathValues[name] ?? '')
      case 'query':
        return this.#raw.search === '' ? undefined : this.query[name]
      case 'header': {
        const value = this.#exchange.incoming.headers.get(name)
        return value === null ? undefined : list ? headerItems(value) : value
      }
      case 'cookie':
        return list ? this.#allCookies.get(name)?.slice() : this.#allCookies.get(name)?.[0]
    }
  }

  /** All names that were sent. */
  names(source: ParameterReader['source']): string[] {
    if (source === 'header') return [...this.#exchange.incoming.whole().headers.keys()]
    return source === 'cookie' ? [...this.#allCookies.keys()] : Object.keys(this.query)
  }
}
