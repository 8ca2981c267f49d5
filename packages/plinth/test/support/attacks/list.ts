// The list of attacks, with the test file that tries each.
import { readFileSync } from 'node:fs'

/** An attack of the list. */
export interface AttackLine {
  readonly id: string
  readonly what: string
  /** The test file in `test/attacks` that tries it. */
  readonly file: string
}

const lists = 'tokens.once.test.ts'
const sockets = 'sockets.once.test.ts'
const crafted = 'keys.once.test.ts'
const times = 'expired-keys.once.test.ts'

/** The attacks by number: the request, and the file that tries it. */
export const attackLines: readonly AttackLine[] = (
  [
    ['J1', 'no header', lists],
    ['J2', 'an empty header', lists],
    ['J3', 'the scheme alone', lists],
    ['J4', 'the scheme and spaces', lists],
    ['J5', 'another scheme', lists],
    ['J6', 'two Authorization headers', lists],
    ['J7', 'a token in the query', lists],
    ['J8', 'a token in a form', lists],
    ['J9', 'a token in a cookie', lists],
    ['J10', 'alg none', lists],
    ['J11', 'an unknown alg, or one without a key', lists],
    ['J12', 'the public key as a shared secret', lists],
    ['J13', 'the key of one scheme for another', lists],
    ['J14', 'a published key without alg', lists],
    ['J15', "the attacker's key in the header", lists],
    ['J16', 'a kid that is invalid, unknown, a path or SQL', lists],
    ['J17', 'crit and b64', lists],
    ['J18', 'an encrypted token', lists],
    ['J19', 'a token of another kind', lists],
    ['J20', 'exp missing, past, or not a number', lists],
    ['J21', 'nbf and iat', lists],
    ['J22', 'iss and aud', lists],
    ['J23', 'sub', lists],
    ['J24', 'another encoding of the same token', lists],
    ['J25', 'crafted signatures and weak keys', crafted],
    ['J26', 'a payload without claims', lists],
    ['J27', 'a header that is ambiguous', lists],
    ['J28', 'a token of 8 KB, 15 KB, 17 KB, 1 MB', sockets],
    ['J29', 'key sets with unusable keys', crafted],
    ['J30', 'guessable secrets', crafted],
    ['J31', 'a removed key or secret; a clock that is off by an hour', times],
    ['J32', 'what a refusal reveals', lists],
  ] as const
).map(([id, what, file]) => ({ id, what, file }))

/** The numbers that a file of `test/attacks` mentions in its tests. */
export function namedIn(file: string): ReadonlySet<string> {
  const text = readFileSync(new URL(`../../attacks/${file}`, import.meta.url), 'utf8')
  return new Set(text.match(/\bJ\d+\b/g))
}
