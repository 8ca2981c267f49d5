import { expect, test } from 'vitest'
import type { Entry } from './entry.ts'
import { asText, writeEntry } from './write-entry.ts'

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

test('An entry has its sentence, signature, parameters, errors, example and source.', () => {
  expect(writeEntry(entry, placeOf)).toBe(`## bearer {#bearer}

The bearer token of a request. See [\`Options\`](./plinth-types.md#Options), and \`Missing\`.

\`\`\`ts
function bearer(options?: Options): Dependency<string>
\`\`\`

**Parameters**

- **\`options\`** what to do without one

**Errors**

- [\`PLINTH_UNAUTHORIZED\`](../errors.md#plinth_unauthorized) 401: it is missing

\`\`\`ts
bearer()
\`\`\`

See https://www.rfc-editor.org/rfc/rfc6750.`)
})

test('The members of an interface are a table with their defaults.', () => {
  const members = [
    { name: 'realm', type: 'string', isOptional: false, comment: 'A name.' },
    { name: 'most', type: "number | 'all'", isOptional: true, comment: 'Seconds. Default: 30.5.' },
  ]
  const text = writeEntry({ ...entry, tags: [], members }, placeOf)
  expect(text).toContain('| `realm` | `string` | required | A name. |')
  expect(text).toContain("| `most` | `number \\| 'all'` | 30.5 | Seconds. |")
})

test('Angle brackets and double braces in text are not read as a template, and in code they stay.', () => {
  expect(asText('a <b> {{ c }} `d <e>`')).toBe('a &lt;b> &#123;&#123; c }} `d <e>`')
})
