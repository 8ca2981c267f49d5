// prose-ok(all): quotes what the rules refuse
import { describe, expect, test } from 'vitest'
import { plant } from '../test/planted.ts'
import { formatFinding } from './finding.ts'
import { proseCheck } from './prose.ts'

const source = 'packages/plinth/src/errors/a.ts'

const findingsIn = async (text: string, file = source): Promise<string[]> => {
  using planted = plant({ [file]: text })
  return (await proseCheck.run(planted.root)).map(formatFinding)
}

test('plain prose passes the check', async () => {
  const text = [
    '/** Counts the open connections. */',
    'export const count = 3 // there is no limit',
    "export const message = 'The request has no body'",
  ]
  expect(await findingsIn(text.join('\n'))).toEqual([])
})

describe('a finding names the file, the line, the words, the kind of prose and the replacement', () => {
  test.each([
    [
      'docblock',
      '/** Opens a door.\n * Nobody is asked. */',
      2,
      '"Nobody" in a docblock: write "no',
    ],
    ['comment', '\n// It is made anew', 2, '"anew" in a comment: write "again"'],
    [
      'message',
      "\nexport const a = 'it is no number at all'",
      2,
      '"is no" in a message: write "is',
    ],
    [
      'tag',
      '/**\n * Opens a door.\n * @throws but for this one\n */',
      3,
      '"but for" in a comment: ',
    ],
    [
      'example',
      '/**\n * Opens it.\n *\n * ```ts\n * a() // anew\n * ```\n */',
      5,
      '"anew" in a comm',
    ],
  ])('%s', async (_kind, text, line, message) => {
    expect(await findingsIn(`${text}\n`)).toEqual([
      expect.stringContaining(`${source}:${line} ${message}`),
    ])
  })
})

test.each(['What', 'Whether', 'Who', 'That', 'Where'])(
  'a docblock that starts with %s is found',
  async (word) => {
    const found = await findingsIn(`/** ${word} a caller sees. */\nexport const a = 1\n`)
    expect(found).toEqual([expect.stringContaining('name the thing with a noun')])
  },
)

test.each([
  ['the words of a phrase on two lines of a comment', '// it is\n// no number'],
  [
    'the words of a phrase on two lines of a docblock',
    '/**\n * Opens it.\n * It is\n * no door. */',
  ],
  ['a phrase across a concatenation', "export const a = 'the value is ' + 'no number'"],
  ['a phrase in a template', 'export const a = (b: string) => `the value ${b} is no number`'],
  ['a text within a template', "export const a = `${['the value is no number']}`"],
])('the check finds %s', async (_what, text) => {
  expect(await findingsIn(`${text}\n`)).toEqual([expect.stringContaining('is no')])
})

test.each([
  ['code spans', '// Calls `anew` and `nobody`'],
  ['regular expressions', 'export const a = /is no // anew/'],
  ['a URL in a string', "export const a = 'https://a.example/nobody'"],
  ['identifiers and keys', 'export const nobody = { anew: 1 }'],
  ['SQL', "export const a = 'select a from b where nobody is none'"],
  ['tagged templates', 'export const a = String.raw`the value is no number`'],
  ['backticks inside of a template', 'export const a = `${`a`} // ${`b`}`'],
  ['imports', "import 'somebody else is nobody.ts'"],
  ['examples', '/**\n * Opens it.\n *\n * @example\n * ```ts\n * nobody(anew)\n * ```\n */'],
  ['"is no longer"', '// it is no longer there'],
  ['"there is no"', '// there is no number'],
  ['"does not answer"', '// the server does not answer'],
])('the check leaves %s alone', async (_what, text) => {
  expect(await findingsIn(`${text}\nexport {}\n`)).toEqual([])
})

test('a docblock whose first line is not a sentence is found', async () => {
  const found = await findingsIn(
    '/**\n * Opens the door and\n * closes it.\n */\nexport const a = 1\n',
  )
  expect(found).toEqual([
    expect.stringMatching(/a\.ts:2 a docblock's first line is not a complete/),
  ])
})

test('a docblock that only holds a tag needs no first sentence', async () => {
  expect(await findingsIn('/** @internal */\nexport const a = 1\n')).toEqual([])
})

test('the name of a test outside of a describe begins with its subject', async () => {
  const text =
    "test('is refused', () => {})\ndescribe('a token', () => { it('is refused', () => {}) })\n"
  expect(await findingsIn(text, 'packages/plinth/test/auth/a.test.ts')).toEqual([
    expect.stringContaining('a.test.ts:1 "is" in a test: write a subject first'),
  ])
})

test.each(['test.each([1])', 'it.skipIf(true).each([2])', 'describe'])(
  'the title of %s is a test name',
  async (callee) => {
    const found = await findingsIn(`${callee}('nobody comes', () => {})\n`)
    expect(found).toEqual([expect.stringContaining('"nobody" in a test')])
  },
)

describe('a page', () => {
  test('is checked by paragraphs and headings, and its code only by its comments', async () => {
    const page = [
      '# Limits of Requests in Plinth',
      '',
      'There is a limit. It is',
      'no soft one.',
      '',
      '```ts',
      'nobody(anew) // nobody comes',
      '```',
      '',
      '| limit | it is no default |',
    ]
    const found = await findingsIn(`${page.join('\n')}\n`, 'docs/limits.md')
    expect(found).toEqual([
      'docs/limits.md:1 the heading is not in sentence case: write "requests"',
      expect.stringContaining('docs/limits.md:3 "is no" in a page'),
      expect.stringContaining('docs/limits.md:7 "nobody" in a comment'),
      expect.stringContaining('docs/limits.md:10 "is no" in a page'),
    ])
  })
})

describe('a reason allows an exception', () => {
  test('on its own line and on the next', async () => {
    const text = [
      "export const a = 'it is no number' // prose-ok: quotes a message of Postgres",
      '// prose-ok: a name',
      "export const b = 'the band Nobody plays'",
      "export const c = 'it is no number'",
    ]
    expect(await findingsIn(`${text.join('\n')}\n`)).toEqual([expect.stringContaining('a.ts:4')])
  })

  test('for one rule, or for every one, on the first line of a file', async () => {
    const text = "\nexport const a = 'one answer of nobody'\n"
    expect(await findingsIn(`// prose-ok(answer): a quiz has answers${text}`)).toEqual([
      expect.stringContaining('"nobody"'),
    ])
    expect(await findingsIn(`// prose-ok(all): data${text}`)).toEqual([])
  })

  test('not without a reason', async () => {
    expect(await findingsIn('// prose-ok:\n// nobody\n')).toHaveLength(1)
  })
})
