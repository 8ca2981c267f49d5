import type { CryptoKey, JWK } from 'jose'
import { JWKSMultipleMatchingKeys } from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import { HttpError } from '../../errors/http-error.ts'
import { RepeatedFailure } from '../../logging/repeated-failure.ts'
import type { JwsHeader } from '../jwt/parse-jwt.ts'
import { quoted, InvalidToken } from '../invalid-token.ts'

const seconds = 1000
/** A set this old is read anew, in the background. */
const staleAfter = 300 * seconds
/** A set this old is read anew before it is used, unless that fails. */
const tooOldAfter = 600 * seconds
/** Least time between two reads that unknown key ids lead to. */
const unknownKeyPause = 30 * seconds
const longestPause = 30 * seconds

interface LoadedKeys {
  readonly find: ReturnType<typeof createLocalJWKSet>
  readonly keys: readonly JWK[]
  readonly at: number
}

/** Reads all keys, from wherever they are; throws where they cannot be had, or there is no usable one. */
export type ReadKeys = () => Promise<JWK[]>

/** What a {@link KeySet} is given besides what it reads by. */
export interface KeySetOptions {
  /** Called when a key that was there is there no more. */
  readonly onRemoved: () => void
  /** Milliseconds on a clock that never goes back. Default `performance.now`. */
  readonly now?: () => number
}

const unreachable = (pause: number, cause: unknown): HttpError =>
  new HttpError(503, 'The keys to check tokens with cannot be had at the moment', {
    code: 'PLINTH_KEYS_UNREACHABLE',
    headers: { 'retry-after': String(Math.max(1, Math.ceil(pause / seconds))) },
    cause,
  })

/** Whether one of the old keys is none of the new. */
function isAnyGone(old: readonly JWK[], keys: readonly JWK[]): boolean {
  const texts = new Set(keys.map((key) => JSON.stringify(key)))
  return old.some((key) => !texts.has(JSON.stringify(key)))
}

/**
 * A set of public keys, of a JWKS address or a table: read at first use and kept for ten minutes, one read at a time. Old keys go on working while
 * they cannot be read; a key id that is not known leads to one read, and to the next after 30 seconds at the
 * earliest; after a failure the pause grows from 1 to 30 seconds.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export class KeySet {
  readonly #readKeys: ReadKeys
  readonly #onRemoved: () => void
  readonly #now: () => number
  readonly #outage = new RepeatedFailure()
  #set: LoadedKeys | undefined
  #reading: Promise<void> | undefined
  #failure: unknown
  #failures = 0
  #nextRead = 0
  #nextForUnknown = 0

  constructor(readKeys: ReadKeys, options: KeySetOptions) {
    this.#readKeys = readKeys
    this.#onRemoved = options.onRemoved
    this.#now = options.now ?? (() => performance.now())
  }

  /** Whether what these keys verified before still holds; starts to read them anew when they are old. */
  holds(): boolean {
    if (this.#set === undefined) return false
    const age = this.#now() - this.#set.at
    if (age < staleAfter) return true
    if (age >= tooOldAfter && this.#failures === 0) return false
    if (this.#mayRead()) void this.#readOnce()
    return true
  }

  /**
   * The key that a token says it is signed with.
   *
   * @throws {InvalidToken} there is no such key, or more than one
   * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: no set was ever had
   */
  async keyFor(header: JwsHeader): Promise<CryptoKey> {
    if (!this.holds() && (this.#set !== undefined || this.#mayRead())) await this.#readOnce()
    if (this.#set === undefined)
      throw this.#outage.errorFor(unreachable(this.#nextRead - this.#now(), this.#failure))
    const { kid } = header
    if (kid !== undefined && !this.#knows(kid)) await this.#lookFor(kid)
    if (kid === undefined && this.#set.keys.length > 1)
      throw new InvalidToken('it names no kid, and there is more than one key')
    try {
      return await this.#set.find({ ...header })
    } catch (error) {
      const several = error instanceof JWKSMultipleMatchingKeys
      const why = several ? 'more than one key has its kid' : 'its key is not for its alg'
      throw new InvalidToken(why)
    }
  }

  #knows(kid: string): boolean {
    return this.#set?.keys.some((key) => key.kid === kid) ?? false
  }

  /** Reads the set anew for a key id that may be newer than it. */
  async #lookFor(kid: string): Promise<void> {
    // What is being read already may have been asked for before there was such a key.
    await this.#reading
    if (!this.#knows(kid)) await (this.#reading ?? this.#readForUnknown())
    if (!this.#knows(kid)) throw new InvalidToken(`no key has its kid ${quoted(kid)}`)
  }

  #mayRead(): boolean {
    return this.#failures === 0 || this.#now() >= this.#nextRead
  }

  async #readForUnknown(): Promise<void> {
    if (!this.#mayRead() || this.#now() < this.#nextForUnknown) return
    this.#nextForUnknown = this.#now() + unknownKeyPause
    await this.#readOnce()
    // Nothing was learnt then, and the pause after a failure is enough.
    if (this.#failures > 0) this.#nextForUnknown = 0
  }

  #readOnce(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    try {
      const keys = await this.#readKeys()
      const removed = isAnyGone(this.#set?.keys ?? [], keys)
      this.#set = { find: createLocalJWKSet({ keys }), keys, at: this.#now() }
      this.#failures = 0
      if (removed) this.#onRemoved()
    } catch (error) {
      this.#failure = error
      this.#nextRead = this.#now() + Math.min(longestPause, seconds * 2 ** this.#failures)
      this.#failures += 1
    }
  }
}
