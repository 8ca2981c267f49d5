import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

/** The iterations that Postgres uses too. The password is random, so more would not help. */
const iterations = 4096

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The attribute of a SCRAM message, such as `r` in `n=,r=abc`. */
const attribute = (text: string, name: string): string | undefined =>
  text
    .split(',')
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(2)

/** One login that has begun. */
export interface ScramLogin {
  /** The server's first message. */
  readonly challenge: string
  /** Checks the client's last message. Returns the server's; undefined if the password is wrong. */
  finish(message: string): string | undefined
}

/**
 * The server's side of SCRAM-SHA-256: the password is never sent, and the server proves that it knows it too.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5802
 */
export class Scram {
  readonly #salt = randomBytes(16)
  readonly #storedKey: Buffer
  readonly #serverKey: Buffer

  constructor(password: string) {
    const salted = pbkdf2Sync(password, this.#salt, iterations, 32, 'sha256')
    this.#storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest()
    this.#serverKey = hmac(salted, 'Server Key')
  }

  /** Begins a login with the client's first message; undefined if it is malformed, or needs a channel binding. */
  begin(first: string): ScramLogin | undefined {
    const [, header, bare = ''] = /^([ny],[^,]*,)(.*)$/.exec(first) ?? []
    const nonce = attribute(bare, 'r')
    if (header === undefined || nonce === undefined) return undefined
    const both = nonce + randomBytes(18).toString('base64')
    const challenge = `r=${both},s=${this.#salt.toString('base64')},i=${iterations}`
    return {
      challenge,
      finish: (last) => {
        const [, unproven = '', proof = ''] = /^(.*),p=([^,]*)$/.exec(last) ?? []
        if (attribute(unproven, 'c') !== Buffer.from(header).toString('base64')) return undefined
        if (attribute(unproven, 'r') !== both) return undefined
        const all = `${bare},${challenge},${unproven}`
        if (!this.#isProof(Buffer.from(proof, 'base64'), all)) return undefined
        return `v=${hmac(this.#serverKey, all).toString('base64')}`
      },
    }
  }

  #isProof(proof: Buffer, all: string): boolean {
    if (proof.length !== this.#storedKey.length) return false
    const signature = hmac(this.#storedKey, all)
    const key = proof.map((byte, at) => byte ^ (signature[at] ?? 0))
    return timingSafeEqual(createHash('sha256').update(key).digest(), this.#storedKey)
  }
}
