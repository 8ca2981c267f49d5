/** A method as an attribute: its name, or `_OTHER`, and a number for it. */
export interface KnownMethod {
  readonly name: string
  readonly index: number
}

const names = '_OTHER GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' ')
const other: KnownMethod = { name: '_OTHER', index: 0 }
const known = new Map(names.map((name, index) => [name, { name, index }]))

/** The methods that the semantic conventions know. A client may send any other word. */
export const knownMethod = (method: string): KnownMethod => known.get(method) ?? other
