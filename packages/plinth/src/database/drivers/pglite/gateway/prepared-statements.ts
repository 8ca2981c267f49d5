import { cString, message, parse } from './messages.ts'

/** A statement that a client prepared. */
interface PreparedStatement {
  /** Its name in the session that all clients share. */
  readonly name: string
  /** Its Parse message; undefined if SQL's PREPARE made it. */
  readonly parse: Buffer | undefined
  /** When Postgres last knew it. */
  readonly epoch: number
}

/** How often Postgres has forgotten all prepared statements of the session that all clients share. */
export interface SessionEpoch {
  value: number
}

/** A statement name in the shared session, with the messages that prepare it once more if Postgres forgot it. */
interface Use {
  readonly name: string
  readonly again: readonly Buffer[]
}

/** The prepared statements of one client, under names of their own, because all clients share one session. */
export class PreparedStatements {
  readonly #prefix: string
  readonly #epoch: SessionEpoch
  readonly #named = new Map<string, PreparedStatement>()
  #count = 0
  #unnamed: Buffer | undefined
  /** True if others could have used the session since the last Parse without a name. */
  #isUnnamedGone = true

  constructor(prefix: string, epoch: SessionEpoch) {
    this.#prefix = prefix
    this.#epoch = epoch
  }

  /** The names in the shared session. */
  get names(): readonly string[] {
    return [...this.#named.values()].map(({ name }) => name)
  }

  /** Other clients use the session from now on. */
  leave(): void {
    this.#isUnnamedGone = true
  }

  /** Renames a statement that SQL's PREPARE makes. */
  prepare(name: string): string {
    return this.#add(name).name
  }

  /** The name of a statement in SQL's EXECUTE; the client's own name if it prepared no such statement. */
  find(name: string): string {
    return this.#named.get(name)?.name ?? name
  }

  /** Drops a statement. Returns its name in the shared session. */
  drop(name: string): string {
    const found = this.find(name)
    this.#named.delete(name)
    return found
  }

  /** Forgets all statements. */
  clear(): void {
    this.#named.clear()
  }

  /**
   * The Parse message under the statement's name in the shared session.
   *
   * @param rest - its parameter types
   */
  parse(name: string, text: string, rest: Buffer): Buffer {
    if (name !== '') return this.#add(name, (own) => parse(own, text, rest)).parse as Buffer
    this.#isUnnamedGone = false
    this.#unnamed = parse('', text, rest)
    return this.#unnamed
  }

  /** For Bind and Describe. */
  use(name: string): Use {
    if (name === '') {
      const again = this.#isUnnamedGone && this.#unnamed !== undefined ? [this.#unnamed] : []
      this.#isUnnamedGone = false
      return { name, again }
    }
    const found = this.#named.get(name)
    if (found === undefined) return { name, again: [] }
    if (found.parse === undefined || found.epoch === this.#epoch.value)
      return { name: found.name, again: [] }
    this.#named.set(name, { ...found, epoch: this.#epoch.value })
    return { name: found.name, again: [found.parse] }
  }

  #add(name: string, toParse?: (name: string) => Buffer): PreparedStatement {
    const known = this.#named.get(name)
    const epoch = this.#epoch.value
    // Postgres refuses a second statement of the same name.
    if (known?.epoch === epoch) return { ...known, parse: toParse?.(known.name) }
    this.#count += 1
    const own = known?.name ?? `${this.#prefix}${this.#count}`
    const added = { name: own, parse: toParse?.(own), epoch }
    this.#named.set(name, added)
    return added
  }
}

/** Replaces the name of a statement in a Describe or Close message. */
export const renamed = (bytes: Buffer, name: string): Buffer =>
  message(String.fromCharCode(bytes[0] ?? 0), bytes.subarray(5, 6), cString(name))

/** Replaces the name of the statement in a Bind message, in which the portal comes first. */
export function renamedBind(bytes: Buffer, name: string): Buffer {
  const at = bytes.indexOf(0, 5) + 1
  const rest = bytes.subarray(bytes.indexOf(0, at) + 1)
  return message('B', bytes.subarray(5, at), cString(name), rest)
}
