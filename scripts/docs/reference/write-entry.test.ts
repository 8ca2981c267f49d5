import { expect, test } from 'vitest'
import type { Entry, Member } from './entry.ts'
import { asText, typeHtml } from './reference-text.ts'
import { writeEntry } from './write-entry.ts'

const entry: Entry = {
  name: 'bearer',
  kind: 'function',
  file: 'packages/plinth/src/auth/bearer.ts',
  signatures: ['function bearer(options?: Options): Dependency<string>'],
  members: [],
  comment: 'The bearer token of a request. See {@link Options}, and {@link Missing}.',
  tags: [
    { name: 'param', text: 'options - what to do without one' },
    { name: 'throws', text: '{HttpError} `PLINTH_UNAUTHORIZED` 401: it is missing' },
    { name: 'example', text: '```ts\nbearer()\n```' },
    { name: 'see', text: 'https://www.rfc-editor.org/rfc/rfc6750' },
  ],
}
const placeOf = (name: string): string | undefined =>
  name === 'Options' ? './plinth-types.md#Options' : undefined
const reference = { placeOf, optionsOf: () => undefined }

test('An entry has its sentence, signature, parameters, errors, example and source.', () => {
  expect(writeEntry(entry, reference)).toBe(`## bearer {#bearer}

The bearer token of a request. See [\`Options\`](./plinth-types.md#Options), and \`Missing\`.

\`\`\`ts
function bearer(options?: Options): Dependency<string>
\`\`\`

Types: [\`Options\`](./plinth-types.md#Options)

**Parameters**

- **\`options\`** what to do without one

**Errors**

- [\`PLINTH_UNAUTHORIZED\`](../errors.md#plinth_unauthorized) 401: it is missing

\`\`\`ts
bearer()
\`\`\`

See https://www.rfc-editor.org/rfc/rfc6750.`)
})

const member = {
  name: 'most',
  type: "number | 'all'",
  longType: "number | 'all'",
  isOptional: true,
  comment: 'Seconds. Default: 30.5.',
}
const withMembers = (...members: readonly Partial<Member>[]): Entry => ({
  ...entry,
  tags: [],
  members: members.map((each) => ({ ...member, ...each })),
})

test('The members of an interface are a table with their defaults.', () => {
  const text = writeEntry(
    withMembers({}, { name: 'realm', type: 'string', isOptional: false, comment: 'A name.' }),
    reference,
  )
  expect(text).toContain('| `realm` | <code>string</code> | required | A name. |')
  expect(text).toContain("| `most` | <code>number &#124; 'all'</code> | 30.5 | Seconds. |")
})

test('Members that only some forms of a union have are one of these.', () => {
  const alternative = { isOptional: false, isAlternative: true, comment: 'A name.' }
  const text = writeEntry(withMembers({ ...alternative, name: 'a', type: 'string' }), reference)
  expect(text).toContain('| `a` | <code>string</code> | one of these | A name. |')
})

test('A type that is too long for a cell, and more paragraphs of a comment, are below the table.', () => {
  const longType = `{\n  readonly ${'a'.repeat(90)}: string\n}`
  const comment = 'Seconds.\n\n| a | b |\n| --- | --- |'
  const text = writeEntry(withMembers({ type: longType, longType, comment }), reference)
  expect(text).toContain('| `most` | below |  | Seconds. |')
  expect(text).toContain(
    `**\`most\`**\n\n\`\`\`ts\n${longType}\n\`\`\`\n\n| a | b |\n| --- | --- |`,
  )
})

test('The names of types lead to their entries.', () => {
  expect(typeHtml('readonly Options[] | Other<string>', placeOf)).toBe(
    '<code>readonly <a href="./plinth-types#Options">Options</a>&#91;] &#124; Other&lt;string&gt;</code>',
  )
})

test('The options that one function alone takes are with the function.', () => {
  const options = withMembers({})
  const text = writeEntry(entry, { placeOf, optionsOf: () => ({ ...options, name: 'Options' }) })
  expect(text).toContain('**Options** (`Options`)\n\n| name | type | default | meaning |')
})

test('Angle brackets and double braces in text are not read as a template, and in code they stay.', () => {
  expect(asText('a <b> {{ c }} `d <e>`')).toBe('a &lt;b> &#123;&#123; c }} `d <e>`')
})
