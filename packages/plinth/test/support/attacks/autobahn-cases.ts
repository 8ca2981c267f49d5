// cspell:ignore bytewise kosme ceba cebc dfbf efbf ment
// The cases of the Autobahn test suite by their numbers, sections 1 to 7, for a socket that echoes JSON strings.
// Payloads are JSON: a text of Autobahn is in quotes here.
// https://github.com/crossbario/autobahn-testsuite/tree/master/autobahntestsuite/autobahntestsuite/case
import { closeFrame, frame, shown, type FrameBits } from '../raw-socket.ts'

/** A case: what to send, and the events that must follow. A number waits for that many events. */
export interface AutobahnCase {
  readonly id: string
  readonly steps: readonly (Buffer | number)[]
  /** All events; the last one for a case that fails, which may come after echoes of what was valid. */
  readonly expected: readonly string[]
  /** Bytes per write; 0 for one write per frame. */
  readonly chop: number
  readonly fails: boolean
}

const text = (payload: string | Uint8Array = '', bits: FrameBits = {}) => frame(1, payload, bits)
const binary = (payload: string | Uint8Array = '', bits: FrameBits = {}) => frame(2, payload, bits)
const more = (payload: string | Uint8Array = '', bits: FrameBits = {}) => frame(0, payload, bits)
const ping = (payload: string | Uint8Array = '', bits: FrameBits = {}) => frame(9, payload, bits)
const pong = (payload: string | Uint8Array = '', bits: FrameBits = {}) => frame(10, payload, bits)
const open: FrameBits = { fin: false }
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const quoted = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from('"'), payload, Buffer.from('"')])

/** A JSON string of this many bytes. */
const sized = (bytes: number): string => `"${'*'.repeat(bytes - 2)}"`
const hello = '"Hello, world!"'
const echo = (payload: string | Uint8Array): string => `text ${shown(payload)}`

type Steps = AutobahnCase['steps']

/** A case after which the client closes the connection. */
const passes = (id: string, steps: Steps, expected: readonly string[], chop = 0): AutobahnCase => ({
  id,
  steps: [...steps, expected.length, closeFrame(1000)],
  expected: [...expected, 'close 1000', 'end'],
  chop,
  fails: false,
})
/** A case that the server closes with this code. */
const fails = (id: string, steps: Steps, code = 1002, chop = 0): AutobahnCase => ({
  id,
  steps,
  expected: [`close ${code}`, 'end'],
  chop,
  fails: true,
})
/** A case that itself closes the connection. */
const closes = (id: string, steps: Steps, expected: readonly string[]): AutobahnCase => ({
  id,
  steps,
  expected: [...expected, 'end'],
  chop: 0,
  fails: false,
})

const sizes = [2, 125, 126, 127, 128, 65_535, 65_536, 65_536]
const framing: AutobahnCase[] = sizes.flatMap((size, at) => [
  passes(`1.1.${at + 1}`, [text(sized(size))], [echo(sized(size))], at === 7 ? 997 : 0),
  // A socket of Plinth speaks text.
  fails(`1.2.${at + 1}`, [binary(sized(size))], 1003, at === 7 ? 997 : 0),
])

const ten = Array.from({ length: 10 }, (_, at) => `payload-${at}`)
const longest = 'x'.repeat(125)
const pings: AutobahnCase[] = [
  passes('2.1', [ping()], ['pong ']),
  passes('2.2', [ping('Hello, world!')], ['pong Hello, world!']),
  passes('2.3', [ping(hex('00fffefdfcfb00ff'))], [`pong ${shown(hex('00fffefdfcfb00ff'))}`]),
  passes('2.4', [ping(longest)], [`pong ${longest}`]),
  fails('2.5', [ping(`${longest}x`)]),
  passes('2.6', [ping(longest)], [`pong ${longest}`], 1),
  passes('2.7', [pong()], []),
  passes('2.8', [pong('unsolicited')], []),
  passes('2.9', [pong('unsolicited'), ping('solicited')], ['pong solicited']),
  passes(
    '2.10',
    ten.map((one) => ping(one)),
    ten.map((one) => `pong ${one}`),
  ),
  passes(
    '2.11',
    ten.map((one) => ping(one)),
    ten.map((one) => `pong ${one}`),
    1,
  ),
]

const reserved: AutobahnCase[] = [
  fails('3.1', [text(hello, { rsv: 1 })]),
  fails('3.2', [text(hello), text(hello, { rsv: 2 }), ping()]),
  fails('3.3', [text(hello), text(hello, { rsv: 3 }), ping()], 1002, 40),
  fails('3.4', [text(hello), text(hello, { rsv: 4 }), ping()], 1002, 1),
  fails('3.5', [binary(longest, { rsv: 5 })]),
  fails('3.6', [ping(hello, { rsv: 6 })]),
  fails('3.7', [frame(8, hex('03e8'), { rsv: 7 })]),
]

const opcodes: AutobahnCase[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode, at) => {
  const id = at < 5 ? `4.1.${at + 1}` : `4.2.${at - 4}`
  const wrong = frame(opcode, at % 2 === 0 ? '' : 'payload')
  return fails(id, at % 5 < 2 ? [wrong] : [text(hello), wrong, ping()])
})

const [one, two] = ['"frag', 'ment"']
const whole = echo('"fragment"')
const split = [text(one, open), more(two)]
const between = [text(one, open), ping('between'), more(two)]
const parts = ['"a', 'b', 'c', 'd', 'e"']
const five = [
  text(parts[0], open),
  more(parts[1], open),
  ping('first'),
  more(parts[2], open),
  more(parts[3], open),
  ping('second'),
  more(parts[4]),
]
const nothingToContinue = [more('nothing'), text(hello)]
const fragments: AutobahnCase[] = [
  fails('5.1', [ping(one, open), more(two)]),
  fails('5.2', [pong(one, open), more(two)]),
  passes('5.3', split, [whole]),
  passes('5.4', split, [whole], 11),
  passes('5.5', split, [whole], 1),
  passes('5.6', between, ['pong between', whole]),
  passes('5.7', between, ['pong between', whole], 11),
  passes('5.8', between, ['pong between', whole], 1),
  fails('5.9', nothingToContinue),
  fails('5.10', nothingToContinue, 1002, 11),
  fails('5.11', nothingToContinue, 1002, 1),
  fails('5.12', [more('nothing', open), text(hello)]),
  fails('5.13', [more('nothing', open), text(hello)], 1002, 11),
  fails('5.14', [more('nothing', open), text(hello)], 1002, 1),
  fails('5.15', [...split, more('nothing', open), text(hello)]),
  fails('5.16', [more('nothing', open), text(hello), more('nothing', open), text(hello)]),
  fails('5.17', [more('nothing'), text(hello), more('nothing'), text(hello)]),
  fails('5.18', [text(one, open), text(two)]),
  passes(
    '5.19',
    [...five.slice(0, 3), 1, ...five.slice(3)],
    ['pong first', 'pong second', echo('"abcde"')],
  ),
  passes('5.20', five, ['pong first', 'pong second', echo('"abcde"')]),
]

const words = Buffer.from('Hello-µ@ßöäüàá-UTF-8!!')
const kosme = hex('ceba e1bdb9 cf83 cebc ceb5')
const bad = hex('f4908080')
const edited = Buffer.from('edited')

/** One frame for each byte. */
const bytewise = (payload: Buffer): Buffer[] =>
  [...payload].map((byte, at) =>
    frame(at === 0 ? 1 : 0, Buffer.from([byte]), { fin: at === payload.length - 1 }),
  )
const echoOf = (payload: Buffer): string => echo(JSON.stringify(payload.toString()))

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)
const lonely = (first: number, last: number): string =>
  Buffer.from(range(first, last).flatMap((byte) => [byte, 0x20])).toString('hex')
const missingLast = 'c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf'.split(
  ' ',
)
/** Payloads in hex, by the number of their section. */
const sequences: Readonly<Record<string, readonly string[]>> = {
  '6.5 valid': [
    ...['$', '¢', '€', '𤭢'].map((char) => Buffer.from(`hello${char}world`).toString('hex')),
    kosme.toString('hex'),
  ],
  '6.7 valid': ['00', 'c280', 'e0a080', 'f0908080'],
  '6.8 invalid': ['f888808080', 'fc8480808080'],
  '6.9 valid': ['7f', 'dfbf', 'efbfbf', 'f48fbfbf'],
  '6.10 invalid': ['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'],
  '6.11 valid': ['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf'],
  '6.12 invalid': [
    ...'80 bf 80bf 80bf80 80bf80bf 80bf80bf80 80bf80bf80bf'.split(' '),
    Buffer.from(range(0x80, 0xbe)).toString('hex'),
  ],
  '6.13 invalid': [
    lonely(0xc0, 0xdf),
    lonely(0xe0, 0xef),
    lonely(0xf0, 0xf7),
    lonely(0xf8, 0xfb),
    lonely(0xfc, 0xfd),
  ],
  '6.14 invalid': missingLast,
  '6.15 invalid': [missingLast.join('')],
  '6.16 invalid': ['fe', 'ff', 'fefeffff'],
  '6.17 invalid': ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'],
  '6.18 invalid': ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'],
  '6.19 invalid': ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'],
  '6.20 invalid': ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'],
  '6.21 invalid': ['eda080', 'edadbf', 'edae80', 'edafbf'].flatMap((high) => [
    `${high}edb080`,
    `${high}edbfbf`,
  ]),
  '6.22 valid': range(0, 16).flatMap((plane) =>
    [0xfffe, 0xffff].map((point) =>
      Buffer.from(String.fromCodePoint(plane * 0x10000 + point)).toString('hex'),
    ),
  ),
  '6.23 valid': range(0xfff9, 0xffff).map((point) =>
    Buffer.from(String.fromCodePoint(point)).toString('hex'),
  ),
}
const utf8: AutobahnCase[] = [
  // An empty message is valid UTF-8 and not JSON.
  fails('6.1.1', [text()], 1007),
  fails('6.1.2', [text('', open), more('', open), more()], 1007),
  passes('6.1.3', [text('', open), more(hello, open), more()], [echo(hello)]),
  passes('6.2.1', [text(quoted(words))], [echoOf(words)]),
  passes('6.2.2', [text(`"Hello-µ@ßöä`, open), more('üàá-UTF-8!!"')], [echoOf(words)]),
  passes('6.2.3', bytewise(quoted(words)), [echoOf(words)]),
  passes('6.2.4', bytewise(quoted(kosme)), [echoOf(kosme)]),
  fails('6.3.1', [text(quoted(Buffer.concat([kosme, hex('eda080'), edited])))], 1007),
  fails('6.3.2', bytewise(quoted(Buffer.concat([kosme, hex('eda080'), edited]))), 1007),
  fails('6.4.1', [text(kosme, open), more(bad, open), more(edited)], 1007),
  fails(
    '6.4.2',
    [text(kosme, open), more(hex('f4'), open), more(hex('908080')), more(edited)],
    1007,
  ),
  fails('6.4.3', [text(Buffer.concat([kosme, bad, edited]))], 1007, 15),
  fails('6.4.4', [text(Buffer.concat([kosme, bad, edited]))], 1007, 1),
  ...range(1, kosme.length).map((length) => {
    const prefix = kosme.subarray(0, length)
    return [2, 5, 7, 9, 11].includes(length)
      ? passes(`6.6.${length}`, [text(quoted(prefix))], [echoOf(prefix)])
      : fails(`6.6.${length}`, [text(quoted(prefix))], 1007)
  }),
  ...Object.entries(sequences).flatMap(([section, payloads]) => {
    const [number, kind] = section.split(' ')
    return payloads.map((digits, at) => {
      const id = `${number}.${at + 1}`
      const payload = hex(digits)
      // JSON has no NUL in a string, though UTF-8 does.
      return kind === 'valid' && digits !== '00'
        ? passes(id, [text(quoted(payload))], [echoOf(payload)])
        : fails(id, [text(quoted(payload))], 1007)
    })
  }),
  fails('6.11.5', [text(quoted(bad))], 1007),
]

const allowedCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
const forbiddenCodes = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]
const reason = (length: number): string => '*'.repeat(length)
const large = sized(256 * 1024)
const closing: AutobahnCase[] = [
  closes('7.1.1', [text(hello), 1, closeFrame(1000)], [echo(hello), 'close 1000']),
  closes('7.1.2', [closeFrame(1000), closeFrame(1000)], ['close 1000']),
  closes('7.1.3', [closeFrame(1000), ping('late')], ['close 1000']),
  closes('7.1.4', [closeFrame(1000), text(hello)], ['close 1000']),
  closes('7.1.5', [text(one, open), closeFrame(1000), more(two)], ['close 1000']),
  closes(
    '7.1.6',
    [text(large), 1, text(hello), 2, closeFrame(1000), ping()],
    [echo(large), echo(hello), 'close 1000'],
  ),
  closes('7.3.1', [closeFrame()], ['close without a code']),
  fails('7.3.2', [frame(8, 'a')]),
  closes('7.3.3', [closeFrame(1000)], ['close 1000']),
  closes('7.3.4', [closeFrame(1000, 'Hello, world!')], ['close 1000']),
  closes('7.3.5', [closeFrame(1000, reason(123))], ['close 1000']),
  fails('7.3.6', [closeFrame(1000, reason(124))]),
  fails('7.5.1', [closeFrame(1000, Buffer.concat([kosme, hex('eda080')]))], 1007),
  ...allowedCodes.map((code, at) => closes(`7.7.${at + 1}`, [closeFrame(code)], [`close ${code}`])),
  ...forbiddenCodes.map((code, at) => fails(`7.9.${at + 1}`, [closeFrame(code)])),
  fails('7.13.1', [closeFrame(5000)]),
  fails('7.13.2', [closeFrame(65_535)]),
]

/** Cases of the suite that are not in it, for frames that it does not send. */
const beyond: AutobahnCase[] = [
  fails('unmasked text', [frame(1, hello, { masked: false })]),
  fails('unmasked ping', [frame(9, '', { masked: false })]),
  fails('unmasked close', [frame(8, hex('03e8'), { masked: false })]),
  fails('a close frame in two parts', [frame(8, hex('03e8'), open)]),
  fails('a frame that claims a terabyte', [frame(1, '"', { claims: 1n << 40n })], 1009),
  fails(
    'a frame that claims more than 2^53 bytes',
    [frame(1, '"', { claims: (1n << 62n) + 1n })],
    1009,
  ),
  fails('not JSON', [text('hello')], 1007),
  fails('JSON of another type', [text('1')], 4422),
]

/** The cases by section. */
export const autobahnCases = {
  '1 framing': framing,
  '2 pings and pongs': pings,
  '3 reserved bits': reserved,
  '4 opcodes': opcodes,
  '5 fragmentation': fragments,
  '6 UTF-8': utf8,
  '7 close handling': closing,
  'what the suite does not send': beyond,
} as const
