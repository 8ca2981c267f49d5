/** The minimum length of a secret in characters: 32, like Better Auth's. */
export const minimumSecretLength = 32

const fewestCharacters = 8

/** Published keys: library defaults, and examples from standards and tutorials. */
const published = new Set([
  // Better Auth's own default
  'better-auth-secret-12345678901234567890',
  // the FastAPI documentation's "OAuth2 with JWT tokens"
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  // RFC 7515, appendix A.1
  'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  // jose, "SignJWT with a symmetric secret"
  'cc7e0d44fd473002f1c42167459001140ec6389b7353f8088f4d9a95f2f596f2',
  // jwt.io
  'a-string-secret-at-least-256-bits-long',
  // tutorials of Spring and of ASP.NET
  '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
  '413F4428472B4B6250655368566D5970337336763979244226452948404D6351',
  '401b09eab3c013d4ca54922bb802bec8fd5318192b0a75f241d8b3727429080fb337591abd3e44453b954555b7a0812e1081c39b740293f765eae731f5a65ed1',
])

/** Words of a placeholder, without case and punctuation. */
const placeholder =
  /change(?:this|me|it|in|before|your)|replace(?:this|me|with|in)|your(?:own|very|super|random|long|strong|secure|better|betterauth|jwt|auth|app|\d+bit)?(?:secret|key|random|secure|token)|(?:super|my|very|top|random|long|default|some|shared|dummy|sample|example|betterauth)secret|secret(?:key|here|value|min|atleast|goeshere)|\d\dcharacters|(?:min|minimum|least)\d\dchar|\d+bits?long|placeholder|insecure|example|opensslrand|donotuse|notasecret|correcthorsebattery|password|keyboardcat|qwerty|asdfgh|thequickbrown|loremipsum|helloworld|iloveyou|letmein/

/** Tells if a text repeats a shorter one: `abcabcab`. */
function repeats(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period += 1) {
    let at = period
    while (at < text.length && text[at] === text[at % period]) at += 1
    if (at === text.length) return true
  }
  return false
}

/** Tells if most characters follow each other in the alphabet: `0123…`, `abcd…`, `zyxw…`. */
function counts(text: string): boolean {
  let steps = 0
  for (let at = 1; at < text.length; at += 1)
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) === 1) steps += 1
  return steps * 2 > text.length
}

/**
 * Explains why a text is too weak for a secret, as the end of a sentence; `undefined` if it is strong.
 *
 * The explanation never contains the text.
 */
export function secretWeakness(text: string): string | undefined {
  if (text.length < minimumSecretLength)
    return `is ${text.length} characters long, and must have ${minimumSecretLength} or more`
  if (published.has(text))
    return 'is published in the documentation of a library: anyone can sign with it'
  if (placeholder.test(text.toLowerCase().replaceAll(/[^a-z\d]/g, '')))
    return 'is a placeholder that was never replaced'
  if (new Set(text).size < fewestCharacters || repeats(text) || counts(text))
    return 'is too regular to be random'
  return undefined
}
