import type { JsonSchema, OpenApiParameter } from '../../openapi/openapi.types.ts'
import { resolve } from './closed-schema.ts'
import { formCases } from './conformance-forms.ts'
import {
  bodySchemaOf,
  caseOf,
  type Case,
  type Inputs,
  takesForm,
  type Target,
  validInputs,
} from './conformance-request.ts'
import { edgeValues, verdictOf, type Verdict } from './edge-values.ts'
import { generateValue, type ValueGenerator } from './generate-value.ts'
import { hostileTexts } from './hostile-texts.ts'
import { readsAs } from './read-text.ts'

/** All systematic cases of an operation: limits and beyond, other forms, hostile text, no token. */
export function* casesOf(target: Target, generator: ValueGenerator): Generator<Case> {
  const base = validInputs(target, { ...generator, full: true })
  if (base === undefined) return
  yield* anonymousCases(target, base)
  for (const parameter of target.operation.parameters ?? [])
    yield* parameterCases(target, base, { parameter, generator })
  if (base.body === undefined) return
  if (takesForm(target)) return yield* formCases(target, base, generator)
  yield* bodyCases(target, base, generator)
  yield* textCases(target, base)
}

const expectedOf: Readonly<Record<Verdict, Case['expected']>> = {
  fits: 'accept',
  misfit: 'refuse',
  open: 'either',
}

function* anonymousCases(target: Target, base: Inputs): Generator<Case> {
  const { security } = target.operation
  if (security.length === 0 || security.some((one) => Object.keys(one).length === 0)) return
  const without = caseOf(target, base, {
    name: 'no credentials',
    authenticated: false,
    expected: 401,
  })
  yield without
  const headers = { ...without.headers, authorization: 'Bearer e30.e30.e30' }
  yield { ...without, name: 'an invalid token', headers }
}

interface Focus {
  readonly parameter: OpenApiParameter
  readonly generator: ValueGenerator
}

function* parameterCases(
  target: Target,
  base: Inputs,
  { parameter, generator }: Focus,
): Generator<Case> {
  const { schema, required } = parameter
  const { document } = generator
  const place = `${parameter.in} ${parameter.name}`
  const withValue = (value: unknown): Inputs => ({
    ...base,
    parameters: new Map([...base.parameters, [parameter, value]]),
  })
  const { [parameter.name]: known } = generator.values
  const own = base.parameters.get(parameter) ?? generateValue(schema, generator)
  for (const { name, value, verdict } of edgeValues(schema, own, document)) {
    // text has no types, so a value of another type is another case when it is sent as text; a path has no empty parts
    if (typeof value === 'object' || (value === '' && parameter.in === 'path')) continue
    const isEmptyList =
      value === '' && parameter.in === 'header' && verdictOf(schema, [], document) !== 'misfit'
    const wrong =
      verdict === 'misfit' &&
      !isEmptyList &&
      !readsAs(schema, `${value as string | number | boolean}`, document)
    const right = verdict === 'fits' && known === undefined
    const expected = wrong ? 'refuse' : right ? 'accept' : 'either'
    yield caseOf(target, withValue(value), { name: `${place}: ${name}`, expected })
  }
  if (parameter.in !== 'path' && required) {
    const parameters = new Map(base.parameters)
    parameters.delete(parameter)
    yield caseOf(
      target,
      { ...base, parameters },
      { name: `${place} is absent`, expected: 'refuse' },
    )
  }
  if (parameter.in === 'header') return
  for (const [name, value] of Object.entries(hostileTexts)) {
    const expected = readsAs(schema, value, document) ? 'either' : 'refuse'
    yield caseOf(target, withValue(value), { name: `${place}: ${name}`, expected })
  }
  if (parameter.in === 'query' && resolve(schema, document)['type'] !== 'array') {
    const once = caseOf(target, withValue(own), { name: `${place} twice`, expected: 'refuse' })
    yield { ...once, path: `${once.path}&${parameter.name}=1` }
  }
}

function* bodyCases(target: Target, base: Inputs, generator: ValueGenerator): Generator<Case> {
  const schema = bodySchemaOf(target) as JsonSchema
  const { document } = generator
  for (const { name, value, verdict } of edgeValues(schema, base.body, document))
    yield caseOf(
      target,
      { ...base, body: value },
      { name: `body ${name}`, expected: expectedOf[verdict] },
    )
  for (const { name, value } of withHostileText(base.body)) {
    const expected = verdictOf(schema, value, document) === 'misfit' ? 'refuse' : 'either'
    yield caseOf(target, { ...base, body: value }, { name: `body ${name}`, expected })
  }
}

/** Replaces each text inside a value by each hostile text. */
function* withHostileText(value: unknown): Generator<{ name: string; value: unknown }> {
  if (typeof value === 'string') {
    for (const [name, text] of Object.entries(hostileTexts)) yield { name, value: text }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value))
      for (const inner of withHostileText(member)) {
        const copy = structuredClone(value) as Record<string, unknown>
        copy[key] = inner.value
        yield { name: `${key}: ${inner.name}`, value: copy }
      }
  }
}

const otherTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json; charset=utf-16',
  'application/jsonp',
]

/** Ways to break a JSON text. */
const broken: Readonly<Record<string, (text: string) => string>> = {
  'is cut short': (text) => text.slice(0, -1),
  'has a trailing comma': (text) => `${text.slice(0, -1)},}`,
  'has single quotes': (text) => `${text.slice(0, -1)},'x':1}`,
  'has a comment': (text) => `/* x */ ${text}`,
  'is two values': (text) => `${text} ${text}`,
  'is a bare word': () => 'undefined',
  'is not a number': () => 'NaN',
  'is nested too deep': () => `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
}

function* textCases(target: Target, base: Inputs): Generator<Case> {
  const whole = caseOf(target, base, { name: 'body', expected: 'accept' })
  const text = (whole.body ?? '') as string
  for (const type of otherTypes)
    yield {
      ...whole,
      name: `body as ${type}`,
      headers: { ...whole.headers, 'content-type': type },
      expected: 415,
    }
  const { 'content-type': _, ...headers } = whole.headers
  yield { ...whole, name: 'body without a content type', headers, expected: 415 }
  for (const [name, breaks] of Object.entries(broken))
    yield { ...whole, name: `body ${name}`, body: breaks(text), expected: 'refuse' }
  if (target.operation.requestBody?.required === true)
    yield { ...whole, name: 'body is empty', body: '', expected: 'refuse' }
  for (const key of ['__proto__', 'constructor'])
    yield {
      ...whole,
      name: `body has the key ${key}`,
      body: text.replace('{', `{"${key}":{"prototype":{"x":1}}${text === '{}' ? '' : ','}`),
      expected: 'either',
    }
  yield {
    ...whole,
    name: 'body of a megabyte',
    body: ' '.repeat(1_200_000) + text,
    expected: 'either',
  }
}
