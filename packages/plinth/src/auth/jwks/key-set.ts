import type { CryptoKey, JWK } from 'jose'
import { JWKSMultipleMatchingKeys } from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import { HttpError } from '../../errors/http-error.ts'
import { RepeatedFailure } from '../../logging/repeated-failure.ts'
import type { JwsHeader } from '../jwt/parse-jwt.ts'
import { forLog, InvalidToken } from '../invalid-token.ts'

const seconds = 1000
/** Age at which the keys are refreshed in the background. */
const staleAfter = 300 * seconds
/** Age at which the keys are refreshed before they are used, unless the refresh fails. */
const expiredAfter = 600 * seconds
/** Minimum time between two refreshes because of unknown key ids. */
const unknownKeyPause = 30 * seconds
/** Maximum backoff after a failed read. */
const maxBackoff = 30 * seconds

interface LoadedKeys {
  readonly find: ReturnType<typeof createLocalJWKSet>
  readonly keys: readonly JWK[]
  readonly at: number
}

/** Reads all keys from their source. Throws if that fails, or if no key is usable. */
export type ReadKeys = () => Promise<JWK[]>

/** Options of a {@link KeySet}. */
export interface KeySetOptions {
  /** Called when a key was removed from the set. */
  readonly onRemoved: () => void
  /** A monotonic clock, in milliseconds. Default `performance.now`. */
  readonly now?: () => number
}

const unreachable = (pause: number, cause: unknown): HttpError =>
  new HttpError(
    503,
    'Tokens cannot be verified at the moment: the signing keys are unavailable. Try again later.',
    {
      code: 'PLINTH_KEYS_UNREACHABLE',
      headers: { 'retry-after': String(Math.max(1, Math.ceil(pause / seconds))) },
      cause,
    },
  )

/** True if any of the old keys is missing from the new ones. */
function isAnyRemoved(old: readonly JWK[], keys: readonly JWK[]): boolean {
  const texts = new Set(keys.map((key) => JSON.stringify(key)))
  return old.some((key) => !texts.has(JSON.stringify(key)))
}

/**
 * A cached set of public keys, from a JWKS URL or a table.
 * Keys are read at first use, cached for ten minutes, and read by one request at a time. If a refresh fails, the old
 * keys stay in use, and the next attempt follows with exponential backoff from 1 to 30 seconds. An unknown key id
 * triggers a refresh, at most once every 30 seconds.
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

  /** True while tokens that these keys verified are still valid. Starts a refresh when the keys are stale. */
  isUsable(): boolean {
    if (this.#set === undefined) return false
    const age = this.#now() - this.#set.at
    if (age < staleAfter) return true
    if (age >= expiredAfter && this.#failures === 0) return false
    if (this.#mayRead()) void this.#readOnce()
    return true
  }

  /**
   * Finds the key that a token's header names.
   *
   * @throws {InvalidToken} there is no such key, or more than one
   * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: the keys cannot be read, and none are cached
   */
  async keyFor(header: JwsHeader): Promise<CryptoKey> {
    if (!this.isUsable() && (this.#set !== undefined || this.#mayRead())) await this.#readOnce()
    if (this.#set === undefined)
      throw this.#outage.errorFor(unreachable(this.#nextRead - this.#now(), this.#failure))
    const { kid } = header
    if (kid !== undefined && !this.#knows(kid)) await this.#refreshFor(kid)
    if (kid === undefined && this.#set.keys.length > 1)
      throw new InvalidToken('no kid in the header, and more than one key')
    try {
      return await this.#set.find({ ...header })
    } catch (error) {
      const isAmbiguous = error instanceof JWKSMultipleMatchingKeys
      throw new InvalidToken(
        isAmbiguous ? 'more than one key has this kid' : 'the key is not for this alg',
      )
    }
  }

  #knows(kid: string): boolean {
    return this.#set?.keys.some((key) => key.kid === kid) ?? false
  }

  /** Refreshes the keys for a key id that may be new. */
  async #refreshFor(kid: string): Promise<void> {
    // A read that is in progress may have started before the key was published.
    await this.#reading
    if (!this.#knows(kid)) await (this.#reading ?? this.#readForUnknown())
    if (!this.#knows(kid)) throw new InvalidToken(`no key with kid ${forLog(kid)}`)
  }

  #mayRead(): boolean {
    return this.#failures === 0 || this.#now() >= this.#nextRead
  }

  async #readForUnknown(): Promise<void> {
    if (!this.#mayRead() || this.#now() < this.#nextForUnknown) return
    this.#nextForUnknown = this.#now() + unknownKeyPause
    await this.#readOnce()
    // A failed read proves nothing about the key id, and its backoff is enough.
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
      const removed = isAnyRemoved(this.#set?.keys ?? [], keys)
      this.#set = { find: createLocalJWKSet({ keys }), keys, at: this.#now() }
      this.#failures = 0
      if (removed) this.#onRemoved()
    } catch (error) {
      this.#failure = error
      this.#nextRead = this.#now() + Math.min(maxBackoff, seconds * 2 ** this.#failures)
      this.#failures += 1
    }
  }
}
