import type { SeededRandom } from './seeded-random.ts'

type Make = (random: SeededRandom) => string

/** The pattern has a part that is not supported: a lookaround, a backreference, a Unicode class. */
class Unknown extends Error {}

/** The characters for `.` and for negated classes. */
const letters = [...'aAbBzZ019 _-.,:;/@#%&=+*"\'é漢']
const range = (from: string, to: string): string[] => {
  const first = from.codePointAt(0)!
  return Array.from({ length: Math.min(to.codePointAt(0)! - first + 1, 1000) }, (_, at) =>
    String.fromCodePoint(first + at),
  )
}
const digit = range('0', '9')
const word = [...range('a', 'z'), ...range('A', 'Z'), ...digit, '_']
const others = (known: readonly string[]): string[] => letters.filter((one) => !known.includes(one))
const classes: Readonly<Record<string, readonly string[]>> = {
  d: digit,
  D: others(digit),
  w: word,
  W: others(word),
  s: [' '],
  S: others([' ']),
}
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** The largest number of repetitions beyond the minimum of a pattern. */
const more = 4

/** Parses a pattern from left to right, and returns a generator of matching texts. */
class PatternReader {
  readonly #source: readonly string[]
  #at = 0

  constructor(pattern: string) {
    this.#source = [...pattern]
  }

  whole(): Make {
    const make = this.#alternatives()
    if (this.#at < this.#source.length) throw new Unknown()
    return make
  }

  #alternatives(): Make {
    const choices = [this.#sequence()]
    while (this.#takes('|')) choices.push(this.#sequence())
    return (random) => random.pick(choices)(random)
  }

  #sequence(): Make {
    const parts: Make[] = []
    for (
      let next = this.#next;
      next !== undefined && next !== '|' && next !== ')';
      next = this.#next
    )
      parts.push(this.#repeated(this.#one()))
    return (random) => parts.map((part) => part(random)).join('')
  }

  #one(): Make {
    const sign = this.#take()
    if (sign === '^' || sign === '$') return () => ''
    if (sign === '(') return this.#group()
    if (sign === '[') return picks(this.#members())
    if (sign === '.') return picks(letters)
    return sign === '\\' ? picks(this.#escaped()) : () => sign
  }

  #group(): Make {
    if (this.#takes('?') && !this.#takes(':')) throw new Unknown()
    const make = this.#alternatives()
    if (!this.#takes(')')) throw new Unknown()
    return make
  }

  #escaped(): readonly string[] {
    const sign = this.#take()
    if (/[1-9bBkpPux]/.test(sign)) throw new Unknown()
    return classes[sign] ?? [controls[sign] ?? sign]
  }

  #members(): readonly string[] {
    const isOpposite = this.#takes('^')
    const members: string[] = []
    while (!this.#takes(']')) {
      const one = this.#member()
      const [first] = one
      if (one.length > 1 || this.#next !== '-' || this.#source[this.#at + 1] === ']')
        members.push(...one)
      else {
        this.#take()
        members.push(...range(first!, this.#member()[0]!))
      }
    }
    return isOpposite ? others(members) : members
  }

  #member(): readonly string[] {
    const sign = this.#take()
    return sign === '\\' ? this.#escaped() : [sign]
  }

  #repeated(one: Make): Make {
    const [least, most] = this.#times()
    this.#takes('?')
    if (least === 1 && most === 1) return one
    return (random) =>
      Array.from({ length: random.pick([least, most, random.int(least, most)]) }, () =>
        one(random),
      ).join('')
  }

  #times(): readonly [least: number, most: number] {
    if (this.#takes('?')) return [0, 1]
    if (this.#takes('*')) return [0, more]
    if (this.#takes('+')) return [1, 1 + more]
    if (!this.#takes('{')) return [1, 1]
    let text = ''
    while (!this.#takes('}')) text += this.#take()
    const [least = 0, most] = text
      .split(',')
      .map((part) => (part === '' ? undefined : Number(part)))
    return [least, most ?? (text.includes(',') ? least + more : least)]
  }

  get #next(): string | undefined {
    return this.#source[this.#at]
  }
  #takes(sign: string): boolean {
    if (this.#next !== sign) return false
    this.#at += 1
    return true
  }
  #take(): string {
    const sign = this.#next
    if (sign === undefined) throw new Unknown()
    this.#at += 1
    return sign
  }
}

const picks =
  (members: readonly string[]): Make =>
  (random) => {
    if (members.length === 0) throw new Unknown()
    return random.pick(members)
  }

const known = new Map<string, Make | undefined>()

/**
 * Generates a text that most likely matches a pattern; undefined if the pattern is not supported.
 */
export function generateText(pattern: string, random: SeededRandom): string | undefined {
  if (!known.has(pattern)) known.set(pattern, makerOf(pattern))
  try {
    return known.get(pattern)?.(random)
  } catch (error) {
    if (error instanceof Unknown) return undefined
    throw error
  }
}

function makerOf(pattern: string): Make | undefined {
  try {
    return new PatternReader(pattern).whole()
  } catch (error) {
    if (error instanceof Unknown) return undefined
    throw error
  }
}
