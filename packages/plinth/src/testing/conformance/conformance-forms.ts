import type { JsonSchema } from '../../openapi/openapi.types.ts'
import { resolve } from './closed-schema.ts'
import {
  bodySchemaOf,
  caseOf,
  mediaTypesOf,
  type Case,
  type Inputs,
  type Target,
} from './conformance-request.ts'
import { edgeValues } from './edge-values.ts'
import {
  entriesOf,
  fileOf,
  fileSchema,
  fileTypes,
  formEntries,
  formFields,
  multipart,
  urlencoded,
  writeForm,
  type FormEntry,
} from './form-body.ts'
import type { ValueGenerator } from './generate-value.ts'
import { hostileTexts } from './hostile-texts.ts'
import { readsAs, readsAsList } from './read-text.ts'

/**
 * All systematic cases of a form: each field at its limits and beyond, files, and broken bodies.
 */
export function* formCases(
  target: Target,
  base: Inputs,
  { document }: ValueGenerator,
): Generator<Case> {
  const schema = resolve(bodySchemaOf(target) as JsonSchema, document)
  const whole = formEntries(schema, base.body, document) ?? []
  for (const media of mediaTypesOf(target)) {
    const form: Form = { target, base, media, whole, document, schema }
    yield caseWith(form, whole, { name: 'body', expected: 'accept' })
    for (const [name, field] of Object.entries(formFields(schema, document)))
      yield* fieldCases(form, name, field)
    const unknown: FormEntry = ['no-such-field', '1']
    const isStrict = schema['additionalProperties'] === false
    yield caseWith(form, [...whole, unknown], {
      name: 'body has an unknown field',
      expected: isStrict ? 'refuse' : 'either',
    })
    yield* brokenForms(form)
  }
  yield* otherTypes(target, base)
}

interface Form {
  readonly target: Target
  readonly base: Inputs
  readonly media: string
  /** All parts of a form that must be accepted. */
  readonly whole: readonly FormEntry[]
  readonly schema: JsonSchema
  readonly document: ValueGenerator['document']
}

type Particular = Pick<Case, 'name' | 'expected'>

function caseWith(form: Form, entries: readonly FormEntry[], particular: Particular): Case {
  const { type, body } = writeForm(entries, form.media)
  const plain = caseOf(form.target, form.base, particular)
  return { ...plain, body, headers: { ...plain.headers, 'content-type': type } }
}

function* fieldCases(form: Form, name: string, field: JsonSchema): Generator<Case> {
  const { whole, schema, document } = form
  const others = whole.filter(([other]) => other !== name)
  const own = whole.filter(([other]) => other === name)
  const required = isRequired(schema, name)
  yield caseWith(form, others, {
    name: `body ${name} is absent`,
    expected: required ? 'refuse' : 'accept',
  })
  const takesOne = resolve(field, document)['type'] !== 'array'
  // An empty text is an input that was not touched, however often it is sent.
  if (takesOne && own.length === 1 && own[0]![1] !== '')
    yield caseWith(form, [...whole, ...own], { name: `body ${name} twice`, expected: 'refuse' })
  const file = fileSchema(field, document)
  for (const { what, entries, expected } of file === undefined
    ? textVariants(form, name, field)
    : fileVariants(name, file))
    yield caseWith(form, [...others, ...entries], { name: `body ${name}: ${what}`, expected })
}

const isRequired = (schema: JsonSchema, name: string): boolean =>
  ((schema['required'] ?? []) as string[]).includes(name)

interface Variant {
  readonly what: string
  readonly entries: readonly FormEntry[]
  readonly expected: Case['expected']
}

function* textVariants(
  { base, media, document, schema }: Form,
  name: string,
  field: JsonSchema,
): Generator<Variant> {
  const required = isRequired(schema, name) && !readsAs(field, 'null', document)
  const { [name]: own } = base.body as Readonly<Record<string, unknown>>
  for (const { name: what, value, verdict } of edgeValues(field, own, document)) {
    const entries = entriesOf(name, value, undefined)
    if (entries === undefined || entries.length === 0) continue
    const texts = entries.map(([, text]) => text as string)
    const reads = Array.isArray(value)
      ? readsAsList(field, texts, document)
      : readsAs(field, texts[0]!, document)
    const expected = verdict === 'fits' ? 'accept' : reads ? 'either' : 'refuse'
    // An empty text is an item that was left out, or the value of a field that needs none.
    const isLeftOut = texts.includes('') && (Array.isArray(value) || !required)
    yield { what, entries, expected: isLeftOut ? 'either' : expected }
  }
  for (const [what, text] of Object.entries(hostileTexts)) {
    const isLeftOut = text === '' && !required
    const expected = isLeftOut || readsAs(field, text, document) ? 'either' : 'refuse'
    yield { what, entries: [[name, text]], expected }
  }
  if (media === multipart)
    yield { what: 'is a file', entries: [[name, fileOf({}, 'text')]], expected: 'refuse' }
}

/** Larger files test the limit of the body instead of the limit of the file. */
const largest = 500_000

function* fileVariants(name: string, file: JsonSchema): Generator<Variant> {
  yield { what: 'is text', entries: [[name, 'text']], expected: 'refuse' }
  for (const limit of ['minLength', 'maxLength'] as const) {
    const { [limit]: length } = file
    if (typeof length !== 'number' || length >= largest) continue
    const beyond = limit === 'minLength' ? length - 1 : length + 1
    const of = (size: number): FormEntry[] => [[name, fileOf(file, 'x'.repeat(size))]]
    yield { what: limit, entries: of(length), expected: 'accept' }
    if (beyond >= 0) yield { what: `beyond ${limit}`, entries: of(beyond), expected: 'refuse' }
  }
  if (file['minLength'] === undefined)
    yield { what: 'is empty', entries: [[name, fileOf(file, '')]], expected: 'accept' }
  if (fileTypes(file) === undefined) return
  const other = { ...fileOf(file, 'text'), type: 'application/x-other' }
  yield { what: 'is of another type', entries: [[name, other]], expected: 'refuse' }
}

function* brokenForms(form: Form): Generator<Case> {
  const { media, whole } = form
  const sound = caseWith(form, whole, { name: 'body', expected: 'refuse' })
  if (media === urlencoded) {
    yield { ...sound, name: 'body has an invalid percent encoding', body: 'a=%zz' }
    yield { ...sound, name: 'body is not UTF-8', body: 'a=%ff' }
    return
  }
  const type = (value: string): Case['headers'] => ({ ...sound.headers, 'content-type': value })
  yield {
    ...sound,
    name: 'body is cut short',
    body: (sound.body as Uint8Array<ArrayBuffer>).slice(0, -12),
  }
  yield { ...sound, name: 'body without a boundary', headers: type(media) }
  yield { ...sound, name: 'body of another boundary', headers: type(`${media}; boundary=other`) }
}

const types = ['text/plain', 'application/json', 'application/xml', urlencoded, multipart]

function* otherTypes(target: Target, base: Inputs): Generator<Case> {
  const whole = caseOf(target, base, { name: 'body', expected: 415 })
  const offered = mediaTypesOf(target)
  for (const type of types.filter((one) => !offered.includes(one)))
    yield {
      ...whole,
      name: `body as ${type}`,
      // a form with a file can be read as this type too, and then the file is missing
      expected: type === urlencoded ? 'either' : 415,
      headers: { ...whole.headers, 'content-type': type },
    }
  const { 'content-type': _, ...headers } = whole.headers
  yield { ...whole, name: 'body without a content type', headers }
}
